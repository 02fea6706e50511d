import type {
  ClockOption,
  DecodeOption,
  Explanation,
  GoverningExplanation,
  HoldTold,
  PrefillOption,
  RoutingExplanation,
  ShapeExplanation,
} from '../../domain/explanation.ts';
import type { ClockDecision } from '../../domain/clock.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { GoverningQuestion } from '../../governing/governor.ts';
import type { IterationLoad, Predictor } from '../../prediction/predictor.ts';
import type { Candidate, Placement, RoutingQuestion } from '../../routing/policy.ts';
import type { DecodeLoad, PrefillLoad } from '../../telemetry/load.ts';
import type { FleetControl } from '../../control/fleet-control.ts';
import type { Policies, SimulatedInstance } from './fleet.ts';
import type { ExplainAt, Scenario } from './options.ts';

/** Clocks that a table shows: enough to see a curve, few enough for a screen. */
const SHOWN_CLOCKS = 12;

const joulesPerToken = (latencyMs: number, powerW: number, tokens: number): number => (powerW * latencyMs) / MS_PER_S / tokens;

/** Nothing to do takes no time. */
const durationMs = (predictor: Predictor, load: IterationLoad, clockMhz: number): number =>
  load.batch === 0 ? 0 : predictor.predict(load, clockMhz).latencyMs;

function prefillOption({ nowMs, request, slo }: RoutingQuestion, candidate: Candidate<PrefillLoad>, chosen: string): PrefillOption {
  const { id, load, predictor, currentMhz: clockMhz } = candidate;
  const aheadMs = durationMs(predictor, { batch: load.waiting.length, tokens: load.waitingTokens }, clockMhz);
  const own = predictor.predict({ batch: 1, tokens: request.promptTokens }, clockMhz);
  const ttftMs = nowMs - request.arrivalMs + aheadMs + own.latencyMs + load.afterPrefillMs;
  return {
    instance: id,
    clockMhz,
    waiting: load.waiting.length,
    running: load.running,
    waitingTokens: load.waitingTokens,
    aheadMs,
    ownMs: own.latencyMs,
    ttftMs,
    joulesPerToken: joulesPerToken(own.latencyMs, own.powerW, request.promptTokens),
    meetsSlo: ttftMs <= slo.ttftMs,
    chosen: id === chosen,
  };
}

function decodeOption({ request, slo }: RoutingQuestion, candidate: Candidate<DecodeLoad>, chosen: string): DecodeOption {
  const { id, load, predictor, currentMhz: clockMhz, kvCapacityTokens } = candidate;
  const batch = load.batch + load.incoming;
  const tokens = load.kvTokens + load.incomingTokens;
  const after = predictor.predict({ batch: batch + 1, tokens: tokens + request.promptTokens }, clockMhz);
  const before = predictor.predict({ batch, tokens }, clockMhz);
  return {
    instance: id,
    clockMhz,
    batch: load.batch,
    incoming: load.incoming,
    kvTokens: tokens,
    kvCapacityTokens,
    gapMs: after.latencyMs,
    powerW: after.powerW,
    powerBeforeW: batch === 0 ? before.idleW : before.powerW,
    joulesPerToken: joulesPerToken(after.latencyMs, after.powerW, batch + 1),
    hasRoom: kvCapacityTokens === null || tokens + request.promptTokens <= kvCapacityTokens,
    meetsSlo: after.latencyMs <= slo.itlMs,
    chosen: id === chosen,
  };
}

/** What every candidate would have done with the request, and where it went. */
const explainRoute = (question: RoutingQuestion, placement: Placement, holds: readonly HoldTold[]): RoutingExplanation => ({
  atMs: question.nowMs,
  request: {
    id: question.request.id,
    promptTokens: question.request.promptTokens,
    waitedMs: question.nowMs - question.request.arrivalMs,
  },
  queued: question.arrivals.queued,
  requestRatePerS: question.arrivals.requestRatePerS,
  holds,
  prefill: question.prefill.map((candidate) => prefillOption(question, candidate, placement.prefill)),
  decode: question.decode.map((candidate) => decodeOption(question, candidate, placement.decode)),
  reason: placement.reason,
});

/** Evenly over the table, always with those named. */
function shownClocks(clocksMhz: readonly number[], named: readonly number[]): number[] {
  const last = clocksMhz.length - 1;
  const places = Math.min(SHOWN_CLOCKS - 1, last);
  const even = Array.from({ length: places + 1 }, (_, i) => clocksMhz[places === 0 ? 0 : Math.round((i * last) / places)]!);
  return [...new Set([...even, ...named])].sort((a, b) => a - b);
}

const workOf = (load: GoverningQuestion['load']): IterationLoad =>
  load.phase === 'prefill' ? { batch: load.waiting.length, tokens: load.waitingTokens } : { batch: load.batch, tokens: load.kvTokens };

function meetsSlo({ nowMs, load, slo }: GoverningQuestion, latencyMs: number): boolean {
  if (load.phase === 'decode') return latencyMs <= slo.itlMs;
  const oldestMs = load.waiting[0]?.arrivalMs ?? nowMs;
  return nowMs - oldestMs + latencyMs + load.afterPrefillMs <= slo.ttftMs;
}

/** What each clock would have meant for the load as it was, and which was chosen. */
function explainClock(instance: string, question: GoverningQuestion, decision: ClockDecision): GoverningExplanation {
  const { nowMs, load, predictor, currentMhz, clocksMhz } = question;
  const work = workOf(load);
  const perIteration = load.phase === 'prefill' ? work.tokens : work.batch;
  const option = (clockMhz: number): ClockOption => {
    const { powerW, idleW } = predictor.predict(work, clockMhz);
    const latencyMs = durationMs(predictor, work, clockMhz);
    return {
      clockMhz,
      latencyMs,
      powerW: work.batch === 0 ? idleW : powerW,
      joulesPerToken: perIteration === 0 ? null : joulesPerToken(latencyMs, powerW, perIteration),
      meetsSlo: meetsSlo(question, latencyMs),
      held: clockMhz === currentMhz,
      chosen: clockMhz === decision.clockMhz,
    };
  };
  return {
    atMs: nowMs,
    instance,
    phase: load.phase,
    ...work,
    currentMhz,
    ...decision,
    options: shownClocks(clocksMhz, [currentMhz, decision.clockMhz]).map(option),
  };
}

/** Listens to policies until it has heard one request being placed, and the next clocks of both its instances. */
export class DecisionWatch {
  readonly #at: ExplainAt;
  readonly #policies: Policies;
  readonly #idOf: ReadonlyMap<Predictor, string>;
  readonly #holds: HoldTold[] = [];
  readonly #clocks: GoverningExplanation[] = [];
  #requestId: string | null;
  #route: RoutingExplanation | null = null;
  #control: FleetControl | null = null;
  #shape: ShapeExplanation | null = null;
  readonly #awaited = new Set<string>();

  constructor(at: ExplainAt, policies: Policies, instances: readonly SimulatedInstance[]) {
    this.#at = at;
    this.#policies = policies;
    this.#idOf = new Map(instances.flatMap(({ phases }) => phases.map(({ id, predictor }) => [predictor, id])));
    this.#requestId = 'request' in at ? at.request : null;
  }

  /** Whose fleet may change its size and roles. */
  controlledBy(control: FleetControl): void {
    this.#control = control;
  }

  /** The same policies, overheard. */
  get watched(): Policies {
    const { governor, routing } = this.#policies;
    return {
      governor: { ...governor, steady: false, decide: (question) => this.#decided(question, governor.decide(question)) },
      routing: { ...routing, choose: (question) => this.#chosen(question, routing.choose(question)) },
    };
  }

  /** Null when no such request was placed. */
  explanation({ slo }: Scenario): Explanation | null {
    if (!this.#route) return null;
    const { governor, routing } = this.#policies;
    const shape = this.#shape && { shape: this.#shape };
    return { governor: governor.id, routing: routing.id, slo, route: this.#route, clocks: this.#clocks, ...shape };
  }

  #chosen<D extends ReturnType<Policies['routing']['choose']>>(question: RoutingQuestion, decision: D): D {
    if (this.#route) return decision;
    if ('fromMs' in this.#at && question.nowMs >= this.#at.fromMs) this.#requestId ??= question.request.id;
    if (question.request.id !== this.#requestId) return decision;
    if (decision.kind === 'hold') this.#holds.push({ atMs: question.nowMs, untilMs: decision.untilMs, reason: decision.reason });
    else {
      this.#route = explainRoute(question, decision, this.#holds);
      this.#shape = this.#control?.shape(question.nowMs) ?? null;
      this.#awaited.add(decision.prefill).add(decision.decode);
    }
    return decision;
  }

  #decided(question: GoverningQuestion, decision: ClockDecision): ClockDecision {
    if (this.#awaited.size === 0) return decision;
    const instance = this.#idOf.get(question.predictor);
    if (instance !== undefined && this.#awaited.delete(instance)) this.#clocks.push(explainClock(instance, question, decision));
    return decision;
  }
}
