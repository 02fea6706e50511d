import type { Comparison, RunRecord } from '../domain/run-record.ts';
import { energyOf, MS_PER_S, powerOf } from '../domain/units.ts';
import type { Metrics } from './metrics.ts';

export type CommonSpan = Comparison['commonSpan'];

/** What the run would have spent, drained and idle, until the longer one ended too. Null when its idle power is unknown. */
export const idleExtensionJ = (run: RunRecord, spanS: number): number | null => {
  const extraMs = Math.max(0, spanS - run.measuredS) * MS_PER_S;
  if (extraMs === 0) return 0;
  return run.idlePowerW === null ? null : energyOf(run.idlePowerW, extraMs);
};

const extendedEnergyJ = (run: RunRecord, spanS: number): number | null => {
  const extension = idleExtensionJ(run, spanS);
  return run.energyJ === null || extension === null ? null : run.energyJ.total + extension;
};

const per = (energyJ: number | null, count: number): number | null => (energyJ === null || count === 0 ? null : energyJ / count);

/** Both runs' energy over the longer one's span: otherwise finishing early would look like saving. */
export const commonSpanOf = (baseline: RunRecord, candidate: RunRecord): CommonSpan => {
  const spanS = Math.max(baseline.measuredS, candidate.measuredS);
  const baselineEnergyJ = extendedEnergyJ(baseline, spanS);
  const candidateEnergyJ = extendedEnergyJ(candidate, spanS);
  return {
    spanS,
    baselineEnergyJ,
    candidateEnergyJ,
    baselineJoulesPerOutputToken: per(baselineEnergyJ, baseline.outputTokens),
    candidateJoulesPerOutputToken: per(candidateEnergyJ, candidate.outputTokens),
  };
};

/** The energy metrics of one run over the common span; they replace those over its own. */
export const spanMetrics = (run: RunRecord, energyJ: number | null, spanS: number): Metrics => ({
  'energy.total': energyJ,
  'energy.per_output_token': per(energyJ, run.outputTokens),
  'energy.per_request': per(energyJ, run.requests.completed),
  'power.mean': energyJ === null ? null : powerOf(energyJ, spanS * MS_PER_S),
});
