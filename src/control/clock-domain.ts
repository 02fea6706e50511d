import type { ClockDecision } from '../domain/clock.ts';
import { domainOf, type Instance } from '../domain/instance.ts';
import type { Slo } from '../domain/slo.ts';
import type { Governor } from '../governing/governor.ts';
import type { AdaptivePredictor } from '../prediction/adaptive/adaptive-predictor.ts';
import type { Predictor } from '../prediction/predictor.ts';
import { DecodeState, type PrefillState } from '../telemetry/instance-state.ts';
import { ClockControl, type ClockCommand } from './clock-control.ts';
import { within } from './resolve.ts';
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

/** After a driver's answer a clock still moves for some tens of milliseconds. */
const SETTLE_MS = 150;

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
  /** What the governor may choose from. */
  readonly clocksMhz: readonly number[];
  readonly steps: StepMean;
  /** What the governor said when it was asked last; null before. */
  standing: Standing | null;
}

/** The clock of one engine's GPUs: that of its only phase, or the higher one of an aggregated engine's two. */
export class ClockDomain {
  readonly id: string;
  readonly control: ClockControl;
  readonly members: Member[] = [];
  readonly #boundedMhz: readonly number[];
  #distrust: string | null = null;

  constructor(first: ControlledInstance, { minClockMhz = 0, maxClockMhz = Infinity, maxTransitionsPerS, dwellMs }: ClockLimits) {
    this.id = domainOf(first);
    this.#boundedMhz = within(first.supportedMhz, minClockMhz, maxClockMhz);
    const clocksMhz = this.#boundedMhz;
    this.control = new ClockControl({ domain: this.id, clocksMhz, startMhz: first.startMhz, maxTransitionsPerS, dwellMs });
  }

  add(instance: ControlledInstance, state: PrefillState | DecodeState): Member {
    const [lowest, highest] = instance.predictor.clockRangeMhz;
    const knownMhz = this.#boundedMhz.filter((clockMhz) => clockMhz >= lowest && clockMhz <= highest);
    const clocksMhz = knownMhz.length > 0 ? knownMhz : this.#boundedMhz;
    const member: Member = { instance, domain: this, state, clocksMhz, steps: new StepMean(), standing: null };
    this.members.push(member);
    return member;
  }

  /** While there is a reason, what is known of the load is not believed and the highest clock holds. */
  distrust(reason: string | null): void {
    this.#distrust = reason;
  }

  get distrusted(): string | null {
    return this.#distrust;
  }

  /**
   * Asks the governor and returns the command that follows, if any.
   * @param plays whose phase the engine does; all when null
   */
  evaluate(governor: Governor, slo: Slo, nowMs: number, plays: ((id: string) => boolean) | null = null): ClockCommand | null {
    for (const member of this.members) if (member.instance.learning) this.#learn(member, member.instance.learning, nowMs);
    const command = this.control.propose(this.#decision(governor, slo, nowMs, plays), nowMs);
    if (command) for (const { state } of this.members) if (state instanceof DecodeState) state.iterations.clock(null, nowMs);
    return command;
  }

  /** Nobody needs it: the lowest clock. */
  park(nowMs: number): ClockCommand | null {
    return this.control.propose({ clockMhz: this.members[0]!.clocksMhz[0]!, reason: 'parked' }, nowMs);
  }

  #decision(governor: Governor, slo: Slo, nowMs: number, plays: ((id: string) => boolean) | null): ClockDecision {
    if (this.#distrust !== null) return { clockMhz: this.#boundedMhz.at(-1)!, reason: this.#distrust };
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
    const decision = governor.decide({ nowMs, load: state.known(nowMs), slo, currentMhz, clocksMhz, predictor: instance.predictor });
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

  /** Hands the newest iterations to the predictor, those of a settled clock. */
  #learn({ state }: Member, learning: AdaptivePredictor, nowMs: number): void {
    if (!(state instanceof DecodeState)) return;
    state.iterations.clock(this.control.steadyMhz(nowMs, SETTLE_MS), nowMs);
    for (const { batch, kvTokens, clockMhz, latencyMs, atMs } of state.iterations.take())
      learning.observe({ load: { batch, tokens: kvTokens }, clockMhz, latencyMs, atMs });
  }
}
