import type { ClockRange, Overdrive } from './overdrive.ts';
import { chosable, type Level } from './levels.ts';

/**
 * How a card's clock can be held. Sources: Linux, drivers/gpu/drm/amd/pm/amdgpu_pm.c ("DOC:" comments) and the
 * *_usr_edit_dpm_table and *_force_clk_levels functions of its swsmu parts.
 *
 * - determinism (Instinct MI200, MI300): level perf_determinism, then the greatest clock as "s 1 MHz" and "c". The part
 *   takes any whole MHz of its table's range; it holds the clock from above, and an idle part still clocks down.
 * - overdrive (Radeon, where the operator has switched it on): level manual, then the same; "s 0" only where the least
 *   clock stands in the way. Any MHz of OD_RANGE, but never above what the card reaches by itself.
 * - levels (all others): level manual and the one level enabled, which holds the clock from both sides. Only the
 *   levels listed. With a fine-grained table these are its two ends: the line between them is merely the present clock.
 */
export type Control =
  | ({ readonly kind: 'determinism' } & ClockRange)
  | ({ readonly kind: 'overdrive' } & ClockRange)
  | { readonly kind: 'levels'; readonly levels: readonly { readonly mhz: number; readonly index: number }[] }
  | { readonly kind: 'none' };

/** Where a part takes any clock, every 25 MHz is enough to choose from: its own regulator moves in steps of a few MHz. */
const STEP_MHZ = 25;

/** A table of three lines is one of two: the driver shows the present clock between its ends. */
const FINE_GRAINED_LINES = 3;

const byLevels = (levels: readonly Level[]): Control => {
  const all = chosable(levels);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined || first.mhz === last.mhz) return { kind: 'none' };
  return { kind: 'levels', levels: all.length <= FINE_GRAINED_LINES ? [first, last] : all };
};

/** Bounded by what the card reaches by itself, which the table of levels and its own upper limit both tell. */
const byOverdrive = (allowed: ClockRange, own: ClockRange, levels: readonly Level[]): Control => {
  const tableMhz = Math.max(...chosable(levels).map(({ mhz }) => mhz), 0) || own.mostMhz;
  const mostMhz = Math.min(allowed.mostMhz, tableMhz, own.mostMhz);
  // However narrow a lock has made it, it stays what it is: only this way is its limit brought back.
  return { kind: 'overdrive', leastMhz: Math.min(allowed.leastMhz, mostMhz), mostMhz };
};

/**
 * @param overdrive what pp_od_clk_voltage says; null without one
 * @param own the card's range while nothing held it, where that is known: under a lock its files show the lock instead
 */
export const controlOf = (levels: readonly Level[], overdrive: Overdrive | null, own: ClockRange | null): Control => {
  if (overdrive === null) return byLevels(levels);
  const range = own ?? overdrive.sclk;
  return overdrive.allowed === null ? { kind: 'determinism', ...range } : byOverdrive(overdrive.allowed, range, levels);
};

const inSteps = ({ leastMhz, mostMhz }: ClockRange): readonly number[] => {
  const first = Math.ceil((leastMhz + 1) / STEP_MHZ);
  const between = Array.from({ length: Math.max(0, Math.ceil(mostMhz / STEP_MHZ) - first) }, (_, i) => (first + i) * STEP_MHZ);
  return leastMhz === mostMhz ? [mostMhz] : [leastMhz, ...between, mostMhz];
};

/** What a lock accepts, ascending. */
export const clocksOf = (control: Control): readonly number[] => {
  if (control.kind === 'none') return [];
  return control.kind === 'levels' ? [...new Set(control.levels.map(({ mhz }) => mhz))] : inSteps(control);
};
