import type { ClockDecision } from '../domain/clock.ts';
import { domainOf, type Instance } from '../domain/instance.ts';
import type { Treatment } from '../domain/live-tuning.ts';
import type { Slo } from '../domain/slo.ts';
import type { Governor } from '../governing/governor.ts';
import type { AdaptivePredictor } from '../prediction/adaptive/adaptive-predictor.ts';
import type { Predictor } from '../prediction/predictor.ts';
import type { Load } from '../telemetry/load.ts';
import { DecodeState, type PrefillState } from '../telemetry/instance-state.ts';
import { ladderOf, type ClockBounds } from './clock-bounds.ts';
import { ClockControl, type ClockCommand } from './clock-control.ts';
import { Lessons, SETTLE_MS } from './lessons.ts';
import type { DomainReading } from './power-watch.ts';
import { atLeast, within } from './resolve.ts';
import { StepMean } from './step-mean.ts';

export interface ControlledInstance extends Instance {
  /** Every clock its driver supports, ascending. */
  readonly supportedMhz: readonly number[];
  /** KV tokens that it holds at most, where that is known. */
  readonly kvCapacityTokens?: number;
  /** The clock that holds before the first command. */
  readonly startMhz: number;
  readonly predictor: Predictor;
  /** The same predictor where it learns from what the data path sees; left out where it does not. */
  readonly learning?: AdaptivePredictor;
}

export interface ClockLimits {
  readonly minClockMhz?: number | undefined;
  readonly maxClockMhz?: number | undefined;
  readonly maxTransitionsPerS: number;
  readonly dwellMs: number;
}

/** An answer, and what tells whether it still serves. */
interface Standing {
  readonly decision: ClockDecision;
  readonly askedMs: number;
  readonly news: number;
  readonly currentMhz: number;
}

/** One phase that a clock domain serves, and all that its clock is chosen by. */
export interface Member {
  readonly instance: ControlledInstance;
  readonly domain: ClockDomain;
  readonly state: PrefillState | DecodeState;
  /** What may hold: the operator's clocks, or the part of them that a live cluster was tuned to. */
  ladderMhz: readonly number[];
  /** What the governor may choose from: those of the ladder that its predictor knows. */
  clocksMhz: readonly number[];
  readonly steps: StepMean;
  /** What its predictor is taught; null where it does not learn. */
  readonly lessons: Lessons | null;
  /** What the governor said when it was asked last; null before. */
  standing: Standing | null;
}

const isIdle = (load: Load): boolean => (load.phase === 'prefill' ? load.waiting.length : load.batch + load.incoming) === 0;

/** The clocks of a ladder that a predictor knows; all of them where it knows none. */
function knownOf({ predictor }: ControlledInstance, ladderMhz: readonly number[]): readonly number[] {
  const [lowest, highest] = predictor.clockRangeMhz;
  const knownMhz = ladderMhz.filter((clockMhz) => clockMhz >= lowest && clockMhz <= highest);
  return knownMhz.length > 0 ? knownMhz : ladderMhz;
}

/** Not every governor asks which clocks it may choose: a fixed one, or one that keeps what holds. */
const onLadder = ({ clockMhz, reason }: ClockDecision, ladderMhz: readonly number[]): ClockDecision => ({
  clockMhz: atLeast(ladderMhz, clockMhz),
  reason,
});

/** What a governor wanted where the highest clock held. */
export interface ShadowDecision extends ClockDecision {
  readonly atMs: number;
}

const HELD = {
  shadow: 'shadow: decisions are only logged, the highest clock holds',
  control: 'control: live tuning holds the highest clock here',
} as const;

/** The clock of one engine's GPUs: that of its only phase, or the higher one of an aggregated engine's two. */
export class ClockDomain {
  readonly id: string;
  readonly control: ClockControl;
  readonly members: Member[] = [];
  readonly #boundedMhz: readonly number[];
  #distrust: string | null = null;
  /** What its predictors say against themselves. */
  #doubt: string | null = null;
  #treatment: Treatment;
  #shadow: ShadowDecision | null = null;

  constructor(first: ControlledInstance, limits: ClockLimits, treatment: Treatment = 'governed') {
    const { minClockMhz = 0, maxClockMhz = Infinity, maxTransitionsPerS, dwellMs } = limits;
    this.id = domainOf(first);
    this.#treatment = treatment;
    this.#boundedMhz = within(first.supportedMhz, minClockMhz, maxClockMhz);
    const clocksMhz = this.#boundedMhz;
    this.control = new ClockControl({ domain: this.id, clocksMhz, startMhz: first.startMhz, maxTransitionsPerS, dwellMs });
  }

  /** @param bounds of its phase; the operator's alone when left out */
  add(instance: ControlledInstance, state: PrefillState | DecodeState, bounds: ClockBounds = { minMhz: null, maxMhz: null }): Member {
    const ladderMhz = ladderOf(this.#boundedMhz, bounds);
    const clocksMhz = knownOf(instance, ladderMhz);
    const lessons = instance.learning ? new Lessons(instance.learning, state) : null;
    const member: Member = { instance, domain: this, state, ladderMhz, clocksMhz, steps: new StepMean(), lessons, standing: null };
    this.members.push(member);
    return member;
  }

  /** Other bounds for one phase; what holds follows with the next decision. */
  narrow(member: Member, bounds: ClockBounds): void {
    const ladderMhz = ladderOf(this.#boundedMhz, bounds);
    const [lowest, highest] = [member.ladderMhz[0], member.ladderMhz.at(-1)];
    // The same clocks stay the same list: whoever remembers something of it goes on.
    if (ladderMhz[0] === lowest && ladderMhz.at(-1) === highest) return;
    member.ladderMhz = ladderMhz;
    member.clocksMhz = knownOf(member.instance, ladderMhz);
    member.standing = null;
  }

  /** What was said before came from a policy that is no longer in force. */
  forgetAnswers(): void {
    for (const member of this.members) member.standing = null;
  }

  treat(treatment: Treatment): void {
    this.#treatment = treatment;
    this.#shadow = null;
  }

  get treatment(): Treatment {
    return this.#treatment;
  }

  /** What the governor wanted last while its domain was in the shadow; null elsewhere, and before it was asked. */
  get shadow(): ShadowDecision | null {
    return this.#shadow;
  }

  /** While there is a reason, what is known of the load is not believed and the highest clock holds. */
  distrust(reason: string | null): void {
    this.#distrust = reason;
  }

  get distrusted(): string | null {
    return this.#distrust ?? this.#doubt;
  }

  /**
   * Asks the governor and returns the command that follows, if any.
   * @param plays whose phase the engine does; all when null
   */
  evaluate(governor: Governor, slo: Slo, nowMs: number, plays: ((id: string) => boolean) | null = null): ClockCommand | null {
    for (const { lessons } of this.members) lessons?.look(this.control, this.members.length === 1, nowMs);
    const decision = this.#decision(governor, slo, nowMs, plays);
    const command = this.control.propose(decision, nowMs, this.#treatment !== 'governed');
    if (command) this.#unsettled(nowMs);
    return command;
  }

  /** A clock is on its way: what spans it tells nothing of either. */
  #unsettled(nowMs: number): void {
    for (const { state, lessons } of this.members) {
      if (state instanceof DecodeState) state.iterations.clock(null, nowMs);
      lessons?.unsettled(nowMs);
    }
  }

  /** Nobody wants the highest clock of it, and it has nothing to do: where all others failed, even who rests may have got something. */
  mayPark(nowMs: number): boolean {
    if (this.#distrust !== null || this.#treatment !== 'governed') return false;
    return this.members.every(({ state }) => isIdle(state.known(nowMs)));
  }

  /** Nobody needs it: the lowest clock. */
  park(nowMs: number): ClockCommand | null {
    return this.control.propose({ clockMhz: this.members[0]!.clocksMhz[0]!, reason: 'parked' }, nowMs);
  }

  #decision(governor: Governor, slo: Slo, nowMs: number, plays: ((id: string) => boolean) | null): ClockDecision {
    const highestMhz = this.#boundedMhz.at(-1)!;
    const { distrusted } = this;
    if (distrusted !== null) return { clockMhz: highestMhz, reason: distrusted };
    if (this.#treatment === 'governed') return this.#governed(governor, slo, nowMs, plays);
    if (this.#treatment === 'shadow') this.#shadow = { ...this.#governed(governor, slo, nowMs, plays), atMs: nowMs };
    return { clockMhz: highestMhz, reason: HELD[this.#treatment] };
  }

  #governed(governor: Governor, slo: Slo, nowMs: number, plays: ((id: string) => boolean) | null): ClockDecision {
    let highest: ClockDecision | null = null;
    for (const member of this.members) {
      if (plays !== null && !plays(member.instance.id)) continue;
      const decision = this.#standing(member, governor, nowMs) ?? this.#ask(member, governor, slo, nowMs);
      if (highest === null || decision.clockMhz > highest.clockMhz) highest = decision;
    }
    return highest!;
  }

  /** What was said before, where it still serves. */
  #standing({ standing, state }: Member, { steady = false, restMs = 0 }: Governor, nowMs: number): ClockDecision | null {
    if (standing === null || steady) return standing?.decision ?? null;
    const same = standing.news === state.news && standing.currentMhz === this.control.askedMhz;
    return same && nowMs - standing.askedMs < restMs ? standing.decision : null;
  }

  #ask(member: Member, governor: Governor, slo: Slo, nowMs: number): ClockDecision {
    const { instance, state, clocksMhz } = member;
    const { askedMhz: currentMhz } = this.control;
    const load = state.known(nowMs);
    const asked = governor.decide({ nowMs, load, slo, currentMhz, clocksMhz, predictor: instance.predictor });
    const decision = member.ladderMhz === this.#boundedMhz ? asked : onLadder(asked, member.ladderMhz);
    member.standing = { decision, askedMs: nowMs, news: state.news, currentMhz };
    return decision;
  }

  /** A whole iteration of a decode instance is over: `tokens` requests got one. */
  stepped({ instance, state, steps }: Member, tokens: number, durationMs: number, nowMs: number): void {
    if (!(state instanceof DecodeState)) throw new RangeError(`${instance.id} does not decode`);
    if (instance.learning) {
      const { batch, kvTokens } = state;
      const ranTokens = (kvTokens * tokens) / Math.max(1, batch);
      const observation = steps.add(tokens, ranTokens, durationMs, this.control.steadyMhz(nowMs, SETTLE_MS), nowMs);
      if (observation) instance.learning.observe(observation);
    }
    state.stepped(tokens);
  }

  /** A reading of the domain's meter. Of two phases on the same GPUs it does not tell whose work it was. */
  metered(reading: DomainReading, nowMs: number): void {
    const [member] = this.members;
    if (this.members.length !== 1 || !member?.lessons) return;
    member.lessons.metered(reading, this.control, nowMs);
    this.#doubt = member.lessons.doubt;
  }

  /** Its GPUs do something else for a while. */
  unmetered(): void {
    for (const { lessons } of this.members) lessons?.unmetered();
  }
}
