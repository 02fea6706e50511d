import type { RunRecord } from '../../domain/run-record.ts';
import { scaledPct } from './shift.ts';
import { yardstickOf } from './yardstick.ts';

/** What a run cannot know of itself, nor repeats of one session: what another session does to all of its figures at once. */
export interface Allowance {
  /** Of one run or one session, on the metric's scale. */
  readonly variance: number;
  /** For a test's method; nothing where nothing is allowed for. */
  readonly told: string;
}

/** Simulated runs are repeatable: nothing changes between two of them but what was changed. */
export const allowanceOf = (runs: readonly RunRecord[], name: string): Allowance => {
  if (runs.every(({ mode }) => mode === 'simulated')) return { variance: 0, told: '' };
  const { scale, runSpreadPct } = yardstickOf(name);
  const unit = scale === 'points' ? 'points' : '%';
  return { variance: scaledPct(runSpreadPct) ** 2, told: `, widened by ${runSpreadPct} ${unit} of spread between runs` };
};

/** Satterthwaite: an allowance is taken as known, the rest was estimated from few. */
export const widenedDf = (df: number, estimated: number, variance: number): number =>
  estimated === 0 ? Infinity : df * (variance / estimated) ** 2;
