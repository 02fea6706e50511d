import type { RequestOutcome } from '../domain/request.ts';
import type { RunConfig, RunEnergy, RunRecord, Validity } from '../domain/run-record.ts';
import { powerOf, MS_PER_S } from '../domain/units.ts';
import { runBlocks } from './blocks.ts';
import { documentHeader, type HeaderFields } from './document-header.ts';
import { energyByRole } from './energy.ts';
import { clientTooSlow } from './lateness.ts';
import { tracksOf, type Interval, type MeterSample, type MeterTrack } from './meter-sample.ts';
import { clockResidency, roleClockMhz } from './residency.ts';
import { runSeries } from './series.ts';
import { measuredSpan } from './span.ts';
import { summariseOutcomes, type OutcomeSummary } from './summary.ts';

/** What a finished run hands in. Times are ms since the run's start (see `sinceStart`). */
export interface RunParts {
  readonly header: HeaderFields;
  readonly mode: RunRecord['mode'];
  readonly config: RunConfig;
  readonly outcomes: readonly RequestOutcome[];
  /** When waiting for unfinished requests was given up. */
  readonly abandonedAtMs?: number;
  /** Readings of every instance from before the first arrival until after the last end; null without a meter. */
  readonly samples: readonly MeterSample[] | null;
  readonly meter: Pick<RunEnergy, 'method' | 'uncertaintyPct'>;
  /** All GPUs, drained, under this run's governor; null when it was not measured. */
  readonly idlePowerW: number | null;
  readonly transitions: number;
  readonly wallS: number;
  /** Why the run is not valid, beyond what its outcomes show: a clock that moved, a thermal slowdown. */
  readonly invalidReasons?: readonly string[];
}

const validityOf = (parts: RunParts, summary: OutcomeSummary, energy: RunEnergy | null): Validity => {
  const late = clientTooSlow(summary.lateness, summary.requests.offered);
  const gap =
    parts.samples !== null && energy === null && summary.measuredS > 0
      ? 'The meter does not cover the whole run, or was reset during it'
      : null;
  const reasons = [...(parts.invalidReasons ?? []), late, gap].filter((reason) => reason !== null);
  return { verdict: reasons.length === 0 ? 'valid' : 'invalid', reasons };
};

const energyOfRun = (tracks: readonly MeterTrack[], span: Interval, meter: RunParts['meter']): RunEnergy | null => {
  const byRole = energyByRole(tracks, span);
  return byRole && { ...byRole, method: meter.method, uncertaintyPct: meter.uncertaintyPct };
};

const perUnit = (energy: RunEnergy | null, count: number): number | null => (energy === null || count === 0 ? null : energy.total / count);

const energyFigures = (energy: RunEnergy | null, summary: OutcomeSummary) => ({
  energyJ: energy,
  meanPowerW: energy && powerOf(energy.total, summary.measuredS * MS_PER_S),
  joulesPerRequest: perUnit(energy, summary.requests.completed),
  joulesPerOutputToken: perUnit(energy, summary.outputTokens),
  joulesPerToken: perUnit(energy, summary.inputTokens + summary.outputTokens),
});

const clockFigures = (tracks: readonly MeterTrack[], span: Interval, transitions: number): RunRecord['clocks'] => ({
  transitions,
  meanMhz: { prefill: roleClockMhz(tracks, 'prefill', span), decode: roleClockMhz(tracks, 'decode', span) },
  residency: clockResidency(tracks, span),
});

/** The document of one run. Pure: everything that needs a clock, a process or a meter is handed in. */
export const buildRunRecord = (parts: RunParts): RunRecord => {
  const span = measuredSpan(parts.outcomes, parts.abandonedAtMs);
  const tracks = tracksOf(parts.samples ?? []);
  const summary = summariseOutcomes(parts.outcomes, parts.config.slo, span);
  const energy = energyOfRun(tracks, span, parts.meter);
  return {
    ...documentHeader('run', parts.header),
    mode: parts.mode,
    config: parts.config,
    ...summary,
    ...energyFigures(energy, summary),
    idlePowerW: parts.idlePowerW,
    clocks: clockFigures(tracks, span, parts.transitions),
    series: runSeries(parts.outcomes, tracks, span),
    blocks: runBlocks(parts.outcomes, tracks, span),
    repeats: [],
    validity: validityOf(parts, summary, energy),
    wallS: parts.wallS,
  };
};
