import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt } from '../sysfs/look.ts';
import type { Card } from './cards.ts';
import { controlOf, type Control } from './control.ts';
import { nodesOf } from './kfd.ts';
import { parseLevels, type Level } from './levels.ts';
import { parseOverdrive, type ClockRange, type Overdrive } from './overdrive.ts';

export const LEVEL = 'power_dpm_force_performance_level';
export const SCLK = 'pp_dpm_sclk';
export const MCLK = 'pp_dpm_mclk';
export const OVERDRIVE = 'pp_od_clk_voltage';

/** How a card's clocks are set now. */
export interface CardState {
  /** Null where power management is off: then nothing can be set. */
  readonly level: string | null;
  readonly sclk: readonly Level[];
  readonly mclk: readonly Level[];
  readonly overdrive: Overdrive | null;
  readonly control: Control;
}

/** On Instinct parts the compute driver tells the fastest clock of the table; of the slowest only an earlier look can tell. */
const tableRange = async (files: SysfsFiles, { pciAddress }: Card, { sclk, allowed }: Overdrive): Promise<ClockRange> => {
  if (allowed !== null || pciAddress === null) return sclk;
  const tableMhz = (await nodesOf(files, pciAddress)).map(({ mostMhz }) => mostMhz ?? 0);
  return { ...sclk, mostMhz: Math.max(sclk.mostMhz, ...tableMhz) };
};

/** @param seen the range that this card has shown while nothing held it, null when nobody has looked */
export const readState = async (files: SysfsFiles, card: Card, seen: ClockRange | null): Promise<CardState> => {
  const [level, sclkText, mclkText, overdriveText] = await Promise.all(
    [LEVEL, SCLK, MCLK, OVERDRIVE].map((name) => lookAt(files, `${card.device}/${name}`)),
  );
  const [sclk, mclk] = [parseLevels(sclkText ?? ''), parseLevels(mclkText ?? '')];
  const overdrive = parseOverdrive(overdriveText ?? '');
  // Under level auto the card shows its own range; under any other what somebody has made of it.
  const own = level === 'auto' || overdrive === null ? null : (seen ?? (await tableRange(files, card, overdrive)));
  const control: Control = level === null ? { kind: 'none' } : controlOf(sclk, overdrive, own);
  return { level: level ?? null, sclk, mclk, overdrive, control };
};
