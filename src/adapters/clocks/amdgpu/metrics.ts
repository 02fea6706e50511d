import type { LimitReason } from '../../../domain/device.ts';

/** What of the driver's binary gpu_metrics is of use here. */
export interface GpuMetrics {
  /** Null where the table has none, or in a unit that the driver does not tell. */
  readonly counterJ: number | null;
  /** What limits it now; null where the table only counts. */
  readonly limits: readonly LimitReason[] | null;
  /** How long each limit has been in force, in cycles that wrap at 2^32; null where the table tells the present ones. */
  readonly residencies: readonly Residency[] | null;
}

export interface Residency {
  readonly reason: LimitReason;
  readonly cycles: number;
}

interface Layout {
  readonly energyAt: number;
  readonly limitsAt?: number;
  readonly residenciesAt?: number;
  /** Tables that other parts than Instinct use too, where nothing tells the unit of the energy. */
  readonly shared?: true;
}

/**
 * By revision and size in bytes: of 1.5 and 1.6 two shapes went by one number.
 * Source: Linux, drivers/gpu/drm/amd/include/kgd_pp_interface.h, struct gpu_metrics_v1_1 and later.
 */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  '1.1/96': { energyAt: 24, shared: true },
  '1.2/104': { energyAt: 24, shared: true },
  '1.3/120': { energyAt: 24, limitsAt: 112, shared: true },
  '1.4/288': { energyAt: 24 },
  '1.5/328': { energyAt: 56 },
  '1.5/360': { energyAt: 88 },
  '1.6/384': { energyAt: 88, residenciesAt: 108 },
  '1.6/1664': { energyAt: 16, residenciesAt: 36 },
  '1.7': { energyAt: 24, residenciesAt: 44 },
  '1.8': { energyAt: 24, residenciesAt: 44 },
};

/** "Energy counter reported in 15.259uJ (2^-16) units": aldebaran_ppt.c and smu_v13_0_6_ppt.c. */
const UNITS_PER_J = 65_536;
/** The driver fills what it does not know with ones. */
const UNKNOWN = 0xffff_ffff_ffff_ffffn;

/** In the order of the table: prochot, package power, socket, voltage regulators, memory. */
const RESIDENCIES: readonly LimitReason[] = ['hardware', 'power', 'thermal', 'thermal', 'thermal'];
/** Independent throttle bits: 16 of power, 16 of current, 16 of temperature, the rest (amdgpu_smu.h, SMU_THROTTLER_*_BIT). */
const LIMIT_GROUPS: readonly LimitReason[] = ['power', 'hardware', 'thermal', 'other'];

const layoutOf = (view: DataView): Layout | null => {
  if (view.byteLength < 4) return null;
  const bytes = view.getUint16(0, true);
  if (bytes > view.byteLength) return null;
  const revision = `${view.getUint8(2)}.${view.getUint8(3)}`;
  const layout = LAYOUTS[`${revision}/${bytes}`] ?? LAYOUTS[revision];
  const end = Math.max((layout?.energyAt ?? 0) + 8, (layout?.limitsAt ?? 0) + 8, (layout?.residenciesAt ?? 0) + 4 * RESIDENCIES.length);
  return layout !== undefined && end <= bytes ? layout : null;
};

/** Zero is the answer of a part that does not count: the second die of a board, whose first die counts for both. */
const energyIn = (view: DataView, at: number): number | null => {
  const units = view.getBigUint64(at, true);
  return units === 0n || units === UNKNOWN ? null : Number(units) / UNITS_PER_J;
};

const limitsIn = (view: DataView, at: number): readonly LimitReason[] | null => {
  const bits = view.getBigUint64(at, true);
  return bits === UNKNOWN ? null : LIMIT_GROUPS.filter((_, group) => ((bits >> BigInt(16 * group)) & 0xffffn) !== 0n);
};

const residenciesIn = (view: DataView, at: number): readonly Residency[] | null => {
  const all = RESIDENCIES.map((reason, i) => ({ reason, cycles: view.getUint32(at + 4 * i, true) }));
  return all.every(({ cycles }) => cycles === 0xffff_ffff) ? null : all;
};

/**
 * Null for a revision that is not known: a wrong guess would be a wrong number of joules.
 * @param instinct whether the part is one whose driver tells the unit of the energy counter
 */
export const parseMetrics = (bytes: Uint8Array, instinct: boolean): GpuMetrics | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layout = layoutOf(view);
  if (layout === null) return null;
  const { energyAt, limitsAt, residenciesAt, shared } = layout;
  return {
    counterJ: shared === true && !instinct ? null : energyIn(view, energyAt),
    limits: limitsAt === undefined ? null : limitsIn(view, limitsAt),
    residencies: residenciesAt === undefined ? null : residenciesIn(view, residenciesAt),
  };
};

/** What has been in force since the earlier look. */
export const limitsSince = (earlier: readonly Residency[], later: readonly Residency[]): readonly LimitReason[] => [
  ...new Set(later.filter(({ cycles }, i) => cycles !== earlier[i]?.cycles).map(({ reason }) => reason)),
];
