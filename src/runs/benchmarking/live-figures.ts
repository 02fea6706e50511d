import type { RequestOutcome } from '../../domain/request.ts';
import type { Threshold } from '../../domain/judgement.ts';
import type { Slo } from '../../domain/slo.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { checkThreshold } from '../../telemetry/judging/threshold.ts';
import { meanGapMsOf } from '../../telemetry/latency.ts';
import { OutcomeTally, type OutcomeSummary } from '../../telemetry/summary.ts';
import type { BenchFigures } from '../../tui/bench-state.ts';
import type { MeterLook } from './meter-reader.ts';

/** Too few to tell a rate from. */
const FROM_SENT = 5;

interface Joules {
  readonly totalJ: number;
  readonly powerW: number;
}

/** What meters counted while there was load. */
class LiveMeter {
  #beforeJ = 0;
  readonly #first = new Map<string, MeterLook>();
  readonly #last = new Map<string, MeterLook>();

  add(looks: readonly MeterLook[]): void {
    for (const look of looks) {
      if (!this.#first.has(look.instance)) this.#first.set(look.instance, look);
      this.#last.set(look.instance, look);
    }
  }

  /** What comes next is counted from its own beginning. */
  pause(): void {
    this.#beforeJ = this.read()?.totalJ ?? this.#beforeJ;
    this.#first.clear();
    this.#last.clear();
  }

  /** Null where nothing was read yet. */
  read(): Joules | null {
    if (this.#last.size === 0) return this.#beforeJ === 0 ? null : { totalJ: this.#beforeJ, powerW: 0 };
    const last = [...this.#last.values()];
    const spentJ = last.reduce((sum, { instance, energyJ }) => sum + energyJ - this.#first.get(instance)!.energyJ, 0);
    return { totalJ: this.#beforeJ + spentJ, powerW: last.reduce((sum, { powerW }) => sum + powerW, 0) };
  }
}

/**
 * A bench's figures so far, for a screen: memory does not grow with the number of requests, and asking costs less than a millisecond
 * however many there were. The record is made of tallies of its own, which are exact.
 */
export class LiveFigures {
  readonly #thresholds: readonly Threshold[];
  readonly #tally: OutcomeTally;
  readonly #meter = new LiveMeter();
  /** Of the steps before the present one. */
  #beforeMs = 0;
  #sent = 0;
  #firstSent = 0;
  #firstSentMs: number | null = null;
  #lastSentMs = 0;
  #open = false;

  constructor(slo: Slo, thresholds: readonly Threshold[]) {
    this.#thresholds = thresholds;
    this.#tally = new OutcomeTally(slo, 'coarse');
  }

  /** A repeat or a period begins. */
  begin(): void {
    this.#beforeMs += this.#spanMs(this.#lastSentMs);
    this.#meter.pause();
    this.#sent = 0;
    this.#firstSentMs = null;
    this.#open = true;
  }

  /** @param requests when so many have ended, the load is over */
  progress({ sent, ended }: { readonly sent: number; readonly ended: number }, requests: number, nowMs: number): void {
    if (sent > this.#sent) this.#lastSentMs = nowMs;
    if (sent > 0 && this.#firstSentMs === null) [this.#firstSent, this.#firstSentMs] = [sent, nowMs];
    this.#sent = sent;
    if (ended >= requests && this.#open) this.#lastSentMs = nowMs;
    this.#open = ended < requests;
  }

  outcome(outcome: RequestOutcome): void {
    for (const gapMs of outcome.gapsMs) this.#tally.gaps(gapMs, 1);
    this.#tally.ended({ ...outcome, meanGapMs: meanGapMsOf(outcome) });
  }

  /** Only while there is load: what the devices draw before and after it is not part of the run. */
  looks(looks: readonly MeterLook[]): void {
    if (this.#open && this.#sent > 0) this.#meter.add(looks);
  }

  figures(nowMs: number): BenchFigures {
    const spanMs = this.#beforeMs + this.#spanMs(this.#open ? nowMs : this.#lastSentMs);
    const summary = this.#tally.summary({ startMs: 0, endMs: spanMs });
    const joules = this.#meter.read();
    const { requests, lateness, sloAttainment, goodputRps, histograms, outputTokens } = summary;
    const perToken = joules && outputTokens > 0 ? joules.totalJ / outputTokens : null;
    return {
      offered: requests.offered,
      spanS: spanMs / MS_PER_S,
      sentPerS: this.#rate(),
      lateP99Ms: lateness.p99Ms,
      late: lateness.late,
      failed: requests.failed + requests.rejected + requests.unfinished,
      joint: sloAttainment.joint,
      goodputPerS: spanMs > 0 ? goodputRps : null,
      powerW: joules?.powerW ?? null,
      joulesPerToken: perToken,
      ttftMs: histograms.ttftMs,
      itlMs: histograms.itlMs,
      thresholds: this.#thresholds.map((threshold) => checkThreshold(threshold, judged(summary, joules))),
    };
  }

  #spanMs(untilMs: number): number {
    return this.#firstSentMs === null ? 0 : Math.max(0, untilMs - this.#firstSentMs);
  }

  #rate(): number | null {
    const spanMs = this.#spanMs(this.#lastSentMs);
    const later = this.#sent - this.#firstSent;
    return later < FROM_SENT || spanMs === 0 ? null : (later / spanMs) * MS_PER_S;
  }
}

/** What thresholds are held against; joules are of everything that was delivered. */
function judged(summary: OutcomeSummary, joules: Joules | null) {
  const per = (count: number): number | null => (joules === null || count === 0 ? null : joules.totalJ / count);
  const { outputTokens, requests, measuredS } = summary;
  return {
    ...summary,
    energyJ: joules && { total: joules.totalJ },
    joulesPerOutputToken: per(outputTokens),
    joulesPerRequest: per(requests.completed),
    meanPowerW: per(measuredS),
  };
}
