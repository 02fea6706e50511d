import { MS_PER_S, powerOf } from '../../domain/units.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Evaluation } from '../../domain/tuning.ts';
import type { SimulatedOutcome, SimulatedSample, SimulationListener } from '../../simulation/types.ts';
import { quantile } from '../../statistics/quantile.ts';
import { e2eMsOf, sloVerdict, ttftMsOf } from '../../telemetry/latency.ts';
import type { Interval } from '../../telemetry/meter-sample.ts';
import { DRAIN_MS } from '../benchmarking/measure.ts';
import { isLaterPart } from './schedule.ts';
import { DeadlineTally } from './tiers/deadline-tally.ts';
import type { Deadline } from './tiers/ground-of-tier.ts';

/** Blocks of consecutive requests: enough to tell how neighbours share their fate, and each long enough to hold some of them. */
const BLOCKS = 20;
const P99 = 0.99;

/** What meters and clients had counted at a time. */
interface Mark {
  readonly atMs: number;
  energyJ: number;
  readonly tokens: number;
}

interface Ended {
  readonly arrivalMs: number;
  readonly joint: boolean;
}

/** Of one run, past the warm-up and before the last arrival. */
export type WindowFigures = Pick<Evaluation, 'joulesPerOutputToken' | 'meanPowerW' | 'outputTokensPerS' | 'spanS'>;

/** Of all of its requests. */
export type RequestFigures = Pick<
  Evaluation,
  'kept' | 'ttftAttainment' | 'itlAttainment' | 'ttftP99Ms' | 'tpotP99Ms' | 'e2eP99Ms' | 'overloaded'
>;

const fraction = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** What a search needs of a run, as it goes: no series, no histograms, and a mark where a record keeps every reading of every instance. */
export class EvaluationTally implements SimulationListener {
  readonly #slo: Slo;
  readonly #startMs: number;
  /** At every reading of the meters, ascending. */
  readonly #marks: Mark[] = [];
  readonly #ended: Ended[] = [];
  readonly #ttftsMs: number[] = [];
  readonly #tpotsMs: number[] = [];
  readonly #met = { ttft: 0, itl: 0, joint: 0 };
  #tokens = 0;
  /** Of requests that were not finished: when they would have been, had their promises just been kept. */
  readonly #unfinished: { readonly dueMs: number }[] = [];

  readonly #deadline: Deadline | null;
  readonly #alone: DeadlineTally | null;

  /**
   * @param startMs the first arrival
   * @param deadline in place of the promises, or beside those of some requests
   */
  constructor(slo: Slo, startMs: number, deadline: Deadline | null = null) {
    this.#slo = slo;
    this.#startMs = startMs;
    this.#deadline = deadline;
    this.#alone = deadline?.alone === true ? new DeadlineTally(deadline.ms) : null;
  }

  ended({ request, status, firstTokenMs, endMs, outputTokens }: SimulatedOutcome): void {
    const { arrivalMs } = request;
    const gaps = outputTokens - 1;
    const meanGapMs = firstTokenMs === null || endMs === null || gaps <= 0 ? null : (endMs - firstTokenMs) / gaps;
    const answer = { status, intendedMs: arrivalMs, firstTokenMs, endMs, meanGapMs };
    const { ttft, itl, joint: both } = sloVerdict(answer, this.#slo);
    const ttftMs = ttftMsOf(answer);
    const e2eMs = e2eMsOf(answer);
    const inTime = this.#deadline === null || !isLaterPart(request) || (e2eMs !== null && e2eMs <= this.#deadline.ms);
    const joint = this.#alone === null ? both && inTime : this.#alone.ended(arrivalMs, ttftMs, e2eMs);
    if (ttftMs !== null) this.#ttftsMs.push(ttftMs);
    if (status === 'completed' && meanGapMs !== null) this.#tpotsMs.push(meanGapMs);
    if (status === 'unfinished') this.#unfinished.push({ dueMs: arrivalMs + this.#slo.ttftMs + request.maxTokens * this.#slo.itlMs });
    this.#met.ttft += Number(ttft);
    this.#met.itl += Number(itl);
    this.#met.joint += Number(joint);
    this.#ended.push({ arrivalMs, joint });
  }

  gaps(): void {
    // What promises are about is a request's mean gap: its end tells it.
  }

  tokens(count: number): void {
    this.#tokens += count;
  }

  sample({ atMs, energyJ }: SimulatedSample): void {
    const last = this.#marks.at(-1);
    if (last?.atMs === atMs) last.energyJ += energyJ;
    else this.#marks.push({ atMs, energyJ, tokens: this.#tokens });
  }

  /** Requests that kept both promises. */
  get kept(): number {
    return this.#met.joint;
  }

  requestFigures(): RequestFigures {
    const all = this.#ended.length;
    if (this.#alone !== null) return { kept: this.#blocks(), ...this.#alone.figures() };
    return {
      kept: this.#blocks(),
      ttftAttainment: fraction(this.#met.ttft, all),
      itlAttainment: fraction(this.#met.itl, all),
      ttftP99Ms: quantile(this.#ttftsMs, P99),
      tpotP99Ms: quantile(this.#tpotsMs, P99),
      overloaded: this.#overloaded(),
    };
  }

  /** Whether requests were left that should have been done: a very long answer to a late request may take longer than anybody waits. */
  #overloaded(): boolean {
    const lastMs = this.#ended.reduce((latest, { arrivalMs }) => Math.max(latest, arrivalMs), 0);
    return this.#unfinished.some(({ dueMs }) => dueMs <= lastMs + DRAIN_MS);
  }

  /** Between the first reading within and the last: what meters and clients counted by the same clock. Nothing of a window shorter than two. */
  windowFigures({ startMs, endMs }: Interval): WindowFigures {
    const within = this.#marks.filter(({ atMs }) => atMs >= startMs && atMs <= endMs);
    const [first, last] = [within[0], within.at(-1)];
    if (!first || !last || first === last) return { joulesPerOutputToken: null, meanPowerW: null, outputTokensPerS: 0, spanS: 0 };
    const energyJ = last.energyJ - first.energyJ;
    const tokens = last.tokens - first.tokens;
    const spanMs = last.atMs - first.atMs;
    return {
      joulesPerOutputToken: tokens === 0 ? null : energyJ / tokens,
      meanPowerW: powerOf(energyJ, spanMs),
      outputTokensPerS: (tokens * MS_PER_S) / spanMs,
      spanS: spanMs / MS_PER_S,
    };
  }

  /** The largest mean of one whole second since the first arrival; null for a run shorter than that. */
  peakPowerW(): number | null {
    const marks = this.#marks;
    let [peakW, from] = [-Infinity, 0];
    for (let to = 0; to < marks.length; to++) {
      if (marks[from]!.atMs < this.#startMs) {
        from = to;
        continue;
      }
      while (from + 1 < to && marks[to]!.atMs - marks[from + 1]!.atMs >= MS_PER_S) from++;
      const ms = marks[to]!.atMs - marks[from]!.atMs;
      if (ms >= MS_PER_S) peakW = Math.max(peakW, ((marks[to]!.energyJ - marks[from]!.energyJ) * MS_PER_S) / ms);
    }
    return peakW === -Infinity ? null : peakW;
  }

  #blocks(): Evaluation['kept'] {
    const byArrival = [...this.#ended].sort((a, b) => a.arrivalMs - b.arrivalMs);
    const count = Math.min(BLOCKS, byArrival.length);
    const edge = (block: number): number => Math.round((block * byArrival.length) / count);
    return Array.from({ length: count }, (_, block) => {
      const requests = byArrival.slice(edge(block), edge(block + 1));
      return { met: requests.filter(({ joint }) => joint).length, of: requests.length };
    });
  }
}
