import type { Role } from '../domain/instance.ts';
import type { RunRecord } from '../domain/run-record.ts';

const SHOWN = 4;

/** Clock -> fraction of the time, over all instances of a role, most used first. */
export const roleResidency = (run: RunRecord, role: Role): [mhz: number, fraction: number][] => {
  const ids = new Set(run.series.instances.filter((instance) => instance.role === role).map(({ instance }) => instance));
  const byMhz = new Map<number, number>();
  for (const { instance, mhz, fraction } of run.clocks.residency)
    if (ids.has(instance)) byMhz.set(mhz, (byMhz.get(mhz) ?? 0) + fraction / ids.size);
  return [...byMhz].sort(([mhzA, a], [mhzB, b]) => b - a || mhzB - mhzA);
};

/** For instance `1005 MHz 61 %, 1410 MHz 30 %, 4 others 9 %`. */
export const residencyText = (run: RunRecord, role: Role): string => {
  const all = roleResidency(run, role);
  const rest = all.slice(SHOWN);
  const parts = all.slice(0, SHOWN).map(([mhz, fraction]) => `${mhz} MHz ${share(fraction)}`);
  if (rest.length > 0)
    parts.push(`${rest.length} ${rest.length === 1 ? 'other' : 'others'} ${share(rest.reduce((sum, [, fraction]) => sum + fraction, 0))}`);
  return parts.length === 0 ? 'n/a' : parts.join(', ');
};

const share = (fraction: number): string => (fraction > 0 && fraction < 0.005 ? '<1 %' : `${Math.round(fraction * 100)} %`);
