import type { RequestOutcome } from '../../domain/request.ts';
import type { RepeatFigures } from '../../domain/bench.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { Slo } from '../../domain/slo.ts';
import { TimeSums } from '../../statistics/time-sums.ts';
import type { Interval } from '../../telemetry/meter-sample.ts';
import { lastSeenMs } from '../../telemetry/token-times.ts';
import { RunTally } from '../../telemetry/run-tally.ts';
import { SpanTally } from '../../telemetry/span.ts';
import { later, StitchedMeters } from '../../telemetry/stitch.ts';
import { StreamTally } from '../../telemetry/stream-tally.ts';
import type { Measured } from './measure.ts';

/** What ended a stretch. Times are ms on its own clock. */
export type StretchEnd = Omit<Measured, 'wallS' | 'zeroMs'>;

/** When requests were open, for one stretch. */
export interface OpenTimes {
  readonly sent: TimeSums;
  readonly ended: TimeSums;
  lastSentMs: number;
}

/**
 * Stretches of load as one run: repeats, and what a crash cut in two. Each begins where the one before it has ended, so that nothing
 * between them counts. Memory does not grow with the number of requests.
 */
export class BenchPool {
  readonly tally: RunTally;
  readonly stream = new StreamTally();
  readonly open: OpenTimes;
  readonly #slo: Slo;
  readonly #meters = new StitchedMeters();
  readonly #idleW: number[] = [];
  readonly #spans: Interval[] = [];
  #meter: StretchEnd['meter'] = null;
  #unmetered = false;
  #endMs: number | null = null;

  /** @param startMs first intended arrival of the first stretch */
  constructor(slo: Slo, startMs: number) {
    this.#slo = slo;
    this.tally = new RunTally({ slo, startMs });
    this.open = { sent: new TimeSums(startMs), ended: new TimeSums(startMs), lastSentMs: startMs };
  }

  /** A stretch whose first request is due at `startMs` of its own clock. One at a time. */
  begin(startMs: number): Stretch {
    const byMs = this.#endMs === null ? 0 : this.#endMs - startMs;
    return new Stretch(
      this.#slo,
      startMs,
      (outcome) => this.#add(later(outcome, byMs)),
      (stretch, end) => this.#end(stretch, end, byMs),
    );
  }

  /** Where each stretch lies in the run, in the order in which they came. */
  get spans(): readonly Interval[] {
    return this.#spans;
  }

  get meter(): StretchEnd['meter'] {
    return this.#unmetered ? null : this.#meter;
  }

  /** Mean over the stretches that measured it. */
  get idlePowerW(): number | null {
    return this.#idleW.length === 0 ? null : this.#idleW.reduce((sum, one) => sum + one, 0) / this.#idleW.length;
  }

  /** When the last one ended. */
  get endMs(): number | null {
    return this.#endMs;
  }

  #add(outcome: RequestOutcome): void {
    this.tally.outcome(outcome);
    this.stream.add(outcome);
    this.open.sent.add(outcome.sentMs, 1);
    this.open.ended.add(lastSeenMs(outcome), 1);
    this.open.lastSentMs = Math.max(this.open.lastSentMs, outcome.sentMs);
  }

  #end(span: Interval, { samples, meter, idlePowerW }: StretchEnd, byMs: number): void {
    for (const sample of samples === null ? [] : this.#meters.stretch(samples, span, byMs)) this.tally.sample(sample);
    this.#meter ??= meter;
    this.#unmetered ||= samples === null;
    if (idlePowerW !== null) this.#idleW.push(idlePowerW);
    this.#endMs = span.endMs + byMs;
    this.#spans.push({ startMs: span.startMs + byMs, endMs: this.#endMs });
  }
}

/** One stretch under way, with figures of its own. */
export class Stretch {
  readonly tally: RunTally;
  readonly #span = new SpanTally();
  readonly #startMs: number;
  readonly #add: (outcome: RequestOutcome) => void;
  readonly #end: (span: Interval, end: StretchEnd) => void;

  constructor(slo: Slo, startMs: number, add: (outcome: RequestOutcome) => void, end: (span: Interval, end: StretchEnd) => void) {
    this.tally = new RunTally({ slo, startMs });
    this.#startMs = startMs;
    this.#add = add;
    this.#end = end;
  }

  outcome(outcome: RequestOutcome): void {
    this.tally.outcome(outcome);
    this.#span.add(outcome, lastSeenMs(outcome));
    this.#add(outcome);
  }

  /** @returns its span on its own clock */
  end(end: StretchEnd): Interval {
    const { startMs, endMs } = this.#span.span(end.abandonedAtMs);
    const span = endMs > startMs ? { startMs, endMs } : { startMs: this.#startMs, endMs: this.#startMs };
    for (const sample of end.samples ?? []) this.tally.sample(sample);
    this.#end(span, end);
    return span;
  }
}

export const repeatFigures = (seed: number, run: RunRecord, metrics: NonNullable<RepeatFigures['metrics']>): RepeatFigures => ({
  seed,
  energyJ: run.energyJ?.total ?? null,
  joulesPerOutputToken: run.joulesPerOutputToken,
  joint: run.sloAttainment.joint,
  metrics,
});
