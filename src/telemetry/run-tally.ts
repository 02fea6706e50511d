import type { RequestOutcome, WorkloadRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import { LatencyOverTime } from '../statistics/latency-over-time.ts';
import { TimeSums } from '../statistics/time-sums.ts';
import type { Delivered } from './blocks.ts';
import { meanGapMsOf } from './latency.ts';
import type { Interval, MeterSample, MeterTrack } from './meter-sample.ts';
import { MeterTally } from './meter-tally.ts';
import { SpanTally } from './span.ts';
import { OutcomeTally, type Ended, type OutcomeSummary } from './summary.ts';
import { deliveriesOf, lastSeenMs, spread } from './token-times.ts';

/** A request that is over, or was given up, where its gaps and tokens were told apart from it. */
export interface StreamedEnd extends Pick<RequestOutcome, 'status' | 'firstTokenMs' | 'endMs' | 'outputTokens' | 'error'> {
  readonly request: Pick<WorkloadRequest, 'arrivalMs' | 'promptTokens'>;
}

/** What clients waited for, over the run. */
export interface LatenciesOverTime {
  readonly ttftMs: LatencyOverTime;
  readonly itlMs: LatencyOverTime;
}

export interface TallyOptions {
  readonly slo: Slo;
  /** The first intended arrival: where the run's span begins. */
  readonly startMs: number;
}

/**
 * A run as it goes, in memory that does not grow with its length: what a RunRecord needs of it. A simulation tells gaps, tokens
 * and ends as they happen; a live client hands in whole outcomes. Times are ms since the run's start.
 */
export class RunTally {
  readonly #outcomes: OutcomeTally;
  readonly #span = new SpanTally();
  readonly #meter: MeterTally;
  readonly #delivered: Delivered;
  readonly #waits: LatenciesOverTime;
  readonly #toCompleted = (atMs: number, tokens: number): void => this.#delivered.completedTokens.add(atMs, tokens);

  constructor({ slo, startMs }: TallyOptions) {
    this.#outcomes = new OutcomeTally(slo);
    this.#meter = new MeterTally(startMs);
    this.#waits = { ttftMs: new LatencyOverTime(startMs), itlMs: new LatencyOverTime(startMs) };
    this.#delivered = { tokens: new TimeSums(startMs), completedTokens: new TimeSums(startMs), completed: new TimeSums(startMs) };
  }

  /** So many gaps of one length ended at a time. */
  gaps(gapMs: number, count: number, atMs: number): void {
    this.#outcomes.gaps(gapMs, count);
    this.#waits.itlMs.add(gapMs, count, atMs);
  }

  /** Output tokens of all requests, first ones included. */
  tokens(count: number, atMs: number): void {
    this.#delivered.tokens.add(atMs, count);
  }

  /** Ascending in time for each instance. */
  sample(sample: MeterSample): void {
    this.#meter.add(sample);
  }

  /** The end of a request whose gaps and tokens were told before. Its tokens came evenly, as far as a block can tell. */
  ended(end: StreamedEnd): void {
    // Field by field: a copy by spreading costs more than all the sums, and there may be millions of ends.
    const { status, firstTokenMs, endMs, outputTokens, error } = end;
    const { arrivalMs: intendedMs, promptTokens } = end.request;
    const gaps = outputTokens - 1;
    const meanGapMs = firstTokenMs === null || endMs === null || gaps <= 0 ? null : (endMs - firstTokenMs) / gaps;
    const ended = { status, intendedMs, sentMs: intendedMs, firstTokenMs, endMs, meanGapMs, promptTokens, outputTokens, error };
    this.#end(ended, endMs ?? firstTokenMs ?? intendedMs);
    if (status === 'completed') spread(end, this.#toCompleted);
  }

  /** A request as its client saw it, all of it. */
  outcome(outcome: RequestOutcome): void {
    let atMs = outcome.firstTokenMs ?? outcome.sentMs;
    for (const gapMs of outcome.gapsMs) this.gaps(gapMs, 1, (atMs += gapMs));
    for (const { atMs, tokens } of deliveriesOf(outcome)) {
      this.tokens(tokens, atMs);
      if (outcome.status === 'completed') this.#delivered.completedTokens.add(atMs, tokens);
    }
    this.#end({ ...outcome, meanGapMs: meanGapMsOf(outcome) }, lastSeenMs(outcome));
  }

  /** See `SpanTally.span`. */
  span(abandonedAtMs: number | null): Interval {
    return this.#span.span(abandonedAtMs);
  }

  summary(span: Interval): OutcomeSummary {
    return this.#outcomes.summary(span);
  }

  get delivered(): Delivered {
    return this.#delivered;
  }

  get waits(): LatenciesOverTime {
    return this.#waits;
  }

  tracks(): MeterTrack[] {
    return this.#meter.tracks();
  }

  #end(request: Ended, seenMs: number): void {
    this.#outcomes.ended(request);
    this.#span.add(request, seenMs);
    const { firstTokenMs, intendedMs } = request;
    if (firstTokenMs !== null) this.#waits.ttftMs.add(firstTokenMs - intendedMs, 1, firstTokenMs);
    if (request.status === 'completed') this.#delivered.completed.add(request.endMs ?? seenMs, 1);
  }
}
