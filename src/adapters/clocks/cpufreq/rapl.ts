import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookAtNumber, lookInto } from '../sysfs/look.ts';

const POWERCAP = 'sys/class/powercap';
const MICROJOULES = 1e6;

/** An energy counter of a package; one with several dies has several. */
export interface RaplZone {
  readonly packageId: number;
  readonly path: string;
  /** Where the counter starts again, in microjoules. */
  readonly rangeUj: number;
}

/**
 * Zones of packages that this process may read; only root may on kernels since 5.10 (CVE-2020-8694). The same package
 * is there again as intel-rapl-mmio, which must not be counted twice.
 */
export const findZones = async (files: SysfsFiles): Promise<readonly RaplZone[]> => {
  const names = (await lookInto(files, POWERCAP)).filter((name) => /^intel-rapl:\d+$/.test(name));
  const zones = names.map(async (name): Promise<RaplZone[]> => {
    const folder = `${POWERCAP}/${name}`;
    const packageId = /^package-(\d+)(-die-\d+)?$/.exec((await lookAt(files, `${folder}/name`)) ?? '')?.[1];
    const [energyUj, rangeUj] = await Promise.all(
      ['energy_uj', 'max_energy_range_uj'].map((file) => lookAtNumber(files, `${folder}/${file}`)),
    );
    if (packageId === undefined || energyUj === null || !rangeUj) return [];
    return [{ packageId: Number(packageId), path: `${folder}/energy_uj`, rangeUj }];
  });
  return (await Promise.all(zones)).flat();
};

/** No package draws as much: a fall that would mean it is a counter that was set back, not one that has come round. */
const MOST_W = 5000;

interface Last {
  readonly rawUj: number;
  readonly totalUj: number;
  readonly atMs: number;
}

/**
 * The counter without its turns: it never falls in the life of this process. Between two looks it may come round once,
 * which takes minutes even at full load; whoever looks more rarely than that misses whole turns.
 */
export const unwrap = (last: Last | null, rawUj: number, atMs: number, rangeUj: number): Last => {
  if (last === null) return { rawUj, totalUj: rawUj, atMs };
  const roundUj = rawUj >= last.rawUj ? rawUj - last.rawUj : rawUj - last.rawUj + rangeUj;
  const possibleUj = MOST_W * (atMs - last.atMs) * 1000;
  const grownUj = rawUj >= last.rawUj || roundUj <= possibleUj ? Math.max(roundUj, 0) : 0;
  return { rawUj, totalUj: last.totalUj + grownUj, atMs };
};

export interface RaplCounters {
  /** Of all dies of a package; null where one of them cannot be read. One call at a time for each package. */
  energyJ(packageId: number, zones: readonly RaplZone[], atMs: number): Promise<number | null>;
}

export const raplCounters = (files: SysfsFiles): RaplCounters => {
  const lasts = new Map<string, Last>();
  const lookAtZone = async ({ path, rangeUj }: RaplZone, atMs: number): Promise<number | null> => {
    const rawUj = await lookAtNumber(files, path);
    if (rawUj === null) return null;
    const next = unwrap(lasts.get(path) ?? null, rawUj, atMs, rangeUj);
    lasts.set(path, next);
    return next.totalUj / MICROJOULES;
  };
  return {
    async energyJ(packageId, zones, atMs) {
      const own = zones.filter((zone) => zone.packageId === packageId);
      const all = await Promise.all(own.map((zone) => lookAtZone(zone, atMs)));
      return all.length === 0 || all.includes(null) ? null : all.reduce<number>((sum, energyJ) => sum + energyJ!, 0);
    },
  };
};
