import type { EnergyMap } from '../../../domain/energy-map.ts';
import type { Role } from '../../../domain/instance.ts';
import type { RunRecord } from '../../../domain/run-record.ts';
import { roleResidency } from '../../clock-residency.ts';

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);

/** Little's law over the whole run: tokens a second, each a gap long, shared by all decode instances. */
const batchByFlow = ({ outputTokensPerS, itlMs, series }: RunRecord): number | null => {
  const count = series.instances.filter(({ role }) => role === 'decode').length;
  return itlMs.mean === null || count === 0 ? null : (outputTokensPerS * itlMs.mean) / 1000 / count;
};

/** Of the seconds in which something ran: an idle GPU has no batch. */
const batchBySeries = ({ series }: RunRecord): number | null =>
  mean(
    known(series.instances.filter(({ role }) => role === 'decode').flatMap(({ requests }) => requests ?? [])).filter((count) => count > 0),
  );

/** A run's own load in the unit of an energy map's loads; null where the run does not tell. Prefill: its mean prompt. */
export const runLoad = (run: RunRecord, role: Role): number | null => {
  if (role === 'decode') return batchBySeries(run) ?? batchByFlow(run);
  return run.requests.completed === 0 ? null : run.inputTokens / run.requests.completed;
};

/** Index of the row that is nearest in ratio: loads are spaced by ratios. */
export const nearestRow = ({ loads }: EnergyMap, load: number): number =>
  loads.reduce((best, one, i) => (ratio(one, load) < ratio(loads[best]!, load) ? i : best), 0);

const ratio = (a: number, b: number): number => Math.abs(Math.log(Math.max(a, 1e-9) / Math.max(b, 1e-9)));

/** Index of the clock that is nearest. */
export const nearestClock = ({ clocksMhz }: EnergyMap, mhz: number): number =>
  clocksMhz.reduce((best, one, i) => (Math.abs(one - mhz) < Math.abs(clocksMhz[best]! - mhz) ? i : best), 0);

/** How long a run stood at each clock of a map, as fractions; what it never stood at is left out. */
export const residencyOn = (run: RunRecord, map: EnergyMap): Map<number, number> => {
  const shares = new Map<number, number>();
  for (const [mhz, fraction] of roleResidency(run, map.role)) {
    const clock = nearestClock(map, mhz);
    shares.set(clock, (shares.get(clock) ?? 0) + fraction);
  }
  return shares;
};
