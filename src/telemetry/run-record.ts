import type { RunConfig, RunEnergy, RunRecord, Validity } from '../domain/run-record.ts';
import { powerOf, MS_PER_S } from '../domain/units.ts';
import { runBlocks } from './blocks.ts';
import { documentHeader, type HeaderFields } from './document-header.ts';
import { energyByRole } from './energy.ts';
import { clientTooSlow } from './lateness.ts';
import type { Interval, MeterTrack } from './meter-sample.ts';
import { clockResidency, roleClockMhz } from './residency.ts';
import type { RunTally } from './run-tally.ts';
import { runSeries } from './series.ts';
import type { OutcomeSummary } from './summary.ts';

/** What is known of a finished run beside what its tally saw. Times are ms since the run's start (see `sinceStart`). */
export interface RunFacts {
  readonly header: HeaderFields;
  readonly mode: RunRecord['mode'];
  readonly config: RunConfig;
  /** When waiting for unfinished requests was given up. */
  readonly abandonedAtMs?: number;
  /** Null without a meter; one that does not cover the run makes it invalid, none does not. */
  readonly meter: Pick<RunEnergy, 'method' | 'uncertaintyPct'> | null;
  /** All GPUs, drained, under this run's governor; null when it was not measured. */
  readonly idlePowerW: number | null;
  readonly transitions: number;
  readonly wallS: number;
  /** Why the run is not valid, beyond what its outcomes show: a clock that moved, a thermal slowdown. */
  readonly invalidReasons?: readonly string[];
  /** Why the run shows no steady state, by how many requests were not finished. */
  readonly unstableReasons?: (unfinished: number) => readonly string[];
  /** The same run in other worlds, or again. */
  readonly repeats?: RunRecord['repeats'];
}

const validityOf = (facts: RunFacts, summary: OutcomeSummary, uncovered: boolean): Validity => {
  const late = clientTooSlow(summary.lateness, summary.requests.offered);
  const gap = uncovered && summary.measuredS > 0 ? 'The meter does not cover the whole run, or was reset during it' : null;
  const reasons = [...(facts.invalidReasons ?? []), late, gap].filter((reason) => reason !== null);
  const unstable = facts.unstableReasons?.(summary.requests.unfinished) ?? [];
  if (reasons.length === 0 && unstable.length > 0) return { verdict: 'unstable', reasons: unstable };
  return { verdict: reasons.length === 0 ? 'valid' : 'invalid', reasons: [...reasons, ...unstable] };
};

const energyOfRun = (tracks: readonly MeterTrack[], span: Interval, meter: RunFacts['meter']): RunEnergy | null => {
  const byRole = meter && energyByRole(tracks, span);
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

/**
 * The document of one run. Pure: everything that needs a clock, a process or a meter is handed in.
 */
export const runRecord = (facts: RunFacts, tally: RunTally): RunRecord => {
  const span = tally.span(facts.abandonedAtMs ?? null);
  const tracks = tally.tracks();
  const summary = tally.summary(span);
  const energy = energyOfRun(tracks, span, facts.meter);
  return {
    ...documentHeader('run', facts.header),
    mode: facts.mode,
    config: facts.config,
    ...summary,
    ...energyFigures(energy, summary),
    idlePowerW: facts.idlePowerW,
    clocks: clockFigures(tracks, span, facts.transitions),
    series: runSeries({ tokens: tally.delivered.tokens, ...tally.waits }, tracks, span),
    blocks: runBlocks(tally.delivered, tracks, span),
    repeats: facts.repeats ?? [],
    validity: validityOf(facts, summary, facts.meter !== null && energy === null),
    wallS: facts.wallS,
  };
};
