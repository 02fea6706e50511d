import type { Role } from '../../../src/domain/instance.ts';
import { ROLES } from '../../../src/domain/instance.ts';
import type { SimulatedOutcome, SimulatedSample, SimulationListener, SimulationSummary } from '../../../src/simulation/types.ts';
import { LatencySketch } from '../../../src/statistics/latency-sketch.ts';

/** What one simulated run came to: numbers only, so that a worker can send them. */
export interface RunNumbers {
  readonly offered: number;
  readonly completed: number;
  readonly outputTokens: number;
  /** Of the requests that kept both SLOs. */
  readonly goodTokens: number;
  /** From the first arrival until the last end, idle instances included. */
  readonly energyJ: number;
  readonly roleJ: Readonly<Record<Role, number>>;
  readonly spanMs: number;
  /** Of `energyJ`, what GPUs drew that were released: somebody else's. */
  readonly releasedJ: number;
  /** For how long instances were released, summed. */
  readonly releasedS: number;
  /** How often GPUs changed their role, and for how long they were loading, summed. */
  readonly flips: number;
  readonly flippingS: number;
  /** All instances after everything has ended: what the rest of a longer run would draw. */
  readonly idleW: number;
  /** Percent of the offered requests. */
  readonly ttftPct: number;
  readonly itlPct: number;
  readonly jointPct: number;
  /** Percent of all gaps. */
  readonly gapsPct: number;
  readonly gapP50Ms: number;
  readonly gapP99Ms: number;
  readonly ttftP50Ms: number;
  readonly ttftP99Ms: number;
  readonly meanMhz: Readonly<Record<Role, number>>;
  readonly transitions: number;
}

/** Every request's own TTFT SLO, and the mean gap's. */
export interface Promises {
  readonly ttftMs: (promptTokens: number) => number;
  readonly itlMs: number;
}

interface Track {
  readonly role: Role;
  readonly atMs: number[];
  readonly energyJ: number[];
  mhzSum: number;
  powerW: number;
}

const energyAt = ({ atMs, energyJ }: Track, whenMs: number): number => {
  const above = atMs.findIndex((each) => each >= whenMs);
  if (above === 0) return energyJ[0]!;
  if (above < 0) return energyJ.at(-1) ?? 0;
  const part = (whenMs - atMs[above - 1]!) / (atMs[above]! - atMs[above - 1]!);
  return energyJ[above - 1]! + part * (energyJ[above]! - energyJ[above - 1]!);
};

const meanGapMs = ({ firstTokenMs, endMs, outputTokens }: SimulatedOutcome): number =>
  firstTokenMs === null || endMs === null || outputTokens < 2 ? 0 : (endMs - firstTokenMs) / (outputTokens - 1);

const NONE_RELEASED: SimulationSummary['released'] = { instanceS: 0, energyJ: 0 };
const NO_FLIPS: SimulationSummary['flipping'] = { ...NONE_RELEASED, flips: 0 };

/** Sums a simulation up as it goes. */
export class Tally implements SimulationListener {
  readonly #promises: Promises;
  readonly #tracks = new Map<string, Track>();
  readonly #gaps = new LatencySketch(0);
  readonly #ttft = new LatencySketch();
  readonly #kept = { ttft: 0, itl: 0, joint: 0, gaps: 0 };
  #offered = 0;
  #completed = 0;
  #outputTokens = 0;
  #goodTokens = 0;
  #firstMs = Infinity;
  #lastMs = 0;

  constructor(promises: Promises) {
    this.#promises = promises;
  }

  ended(outcome: SimulatedOutcome): void {
    const { request, status, firstTokenMs, endMs } = outcome;
    this.#offered++;
    this.#firstMs = Math.min(this.#firstMs, request.arrivalMs);
    this.#lastMs = Math.max(this.#lastMs, endMs ?? request.arrivalMs);
    if (firstTokenMs !== null) this.#ttft.add(firstTokenMs - request.arrivalMs);
    if (status !== 'completed' || firstTokenMs === null) return;
    this.#completed++;
    const ttft = firstTokenMs - request.arrivalMs <= this.#promises.ttftMs(request.promptTokens);
    const itl = meanGapMs(outcome) <= this.#promises.itlMs;
    if (ttft) this.#kept.ttft++;
    if (itl) this.#kept.itl++;
    if (!ttft || !itl) return;
    this.#kept.joint++;
    this.#goodTokens += outcome.outputTokens;
  }

  gaps(gapMs: number, count: number): void {
    this.#gaps.add(gapMs, count);
    if (gapMs <= this.#promises.itlMs) this.#kept.gaps += count;
  }

  tokens(count: number): void {
    this.#outputTokens += count;
  }

  sample({ instance, role, atMs, energyJ, powerW, appliedMhz }: SimulatedSample): void {
    let track = this.#tracks.get(instance);
    if (!track) this.#tracks.set(instance, (track = { role, atMs: [], energyJ: [], mhzSum: 0, powerW: 0 }));
    track.atMs.push(atMs);
    track.energyJ.push(energyJ);
    track.mhzSum += appliedMhz;
    track.powerW = powerW;
  }

  /** @param released counted until the simulation's end, which is a few seconds after the last request's */
  numbers(transitions: number, released = NONE_RELEASED, flipping = NO_FLIPS): RunNumbers {
    const tracks = [...this.#tracks.values()];
    const of = (value: (track: Track) => number, role: Role): number =>
      tracks.reduce((sum, track) => (track.role === role ? sum + value(track) : sum), 0);
    const spentJ = (track: Track): number => energyAt(track, this.#lastMs) - energyAt(track, this.#firstMs);
    const roleJ = { prefill: of(spentJ, 'prefill'), decode: of(spentJ, 'decode') };
    const meanMhz = ROLES.map((role) => [role, of(({ mhzSum }) => mhzSum, role) / of(({ atMs }) => atMs.length, role)] as const);
    const pct = (count: number): number => (100 * count) / Math.max(1, this.#offered);
    return {
      offered: this.#offered,
      completed: this.#completed,
      outputTokens: this.#outputTokens,
      goodTokens: this.#goodTokens,
      energyJ: roleJ.prefill + roleJ.decode,
      roleJ,
      releasedJ: released.energyJ,
      releasedS: released.instanceS,
      flips: flipping.flips,
      flippingS: flipping.instanceS,
      spanMs: this.#lastMs - this.#firstMs,
      idleW: tracks.reduce((sum, { powerW }) => sum + powerW, 0),
      ttftPct: pct(this.#kept.ttft),
      itlPct: pct(this.#kept.itl),
      jointPct: pct(this.#kept.joint),
      gapsPct: (100 * this.#kept.gaps) / Math.max(1, this.#gaps.n),
      ...this.#latencies(),
      meanMhz: Object.fromEntries(meanMhz) as Record<Role, number>,
      transitions,
    };
  }

  #latencies(): Pick<RunNumbers, 'gapP50Ms' | 'gapP99Ms' | 'ttftP50Ms' | 'ttftP99Ms'> {
    return {
      gapP50Ms: this.#gaps.quantile(0.5) ?? 0,
      gapP99Ms: this.#gaps.quantile(0.99) ?? 0,
      ttftP50Ms: this.#ttft.quantile(0.5) ?? 0,
      ttftP99Ms: this.#ttft.quantile(0.99) ?? 0,
    };
  }
}
