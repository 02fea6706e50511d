import { VoltanaError } from '../../../domain/errors.ts';
import type { SysfsFiles } from '../sysfs/files.ts';
import { deviceError } from '../sysfs/failures.ts';
import { lookAt } from '../sysfs/look.ts';
import type { Before } from './before.ts';
import type { Card } from './cards.ts';
import { capPath, readPowerLimits, setPowerCap } from './hwmon.ts';
import { chosable } from './levels.ts';
import { parseOverdrive, type ClockRange } from './overdrive.ts';
import { LEVEL, MCLK, OVERDRIVE, SCLK, type CardState } from './state.ts';
import type { RestoreScope } from '../../../ports/devices.ts';

/** Writes one attribute; an error names the card, the text and the file. */
const put = async (files: SysfsFiles, { id, device }: Card, name: string, text: string): Promise<void> => {
  try {
    await files.write(`${device}/${name}`, text);
  } catch (error) {
    throw deviceError(error, `${id}: writing "${text}"`, `/${device}/${name}`);
  }
};

const ignored = (card: Card, name: string, text: string, found: string | null): VoltanaError =>
  new VoltanaError('DEVICE_FAILED', `${card.id}: "${text}" was taken, but /${card.device}/${name} says ${found ?? 'nothing'}`);

const setLevel = async (files: SysfsFiles, card: Card, level: string): Promise<void> => {
  await put(files, card, LEVEL, level);
  const found = await lookAt(files, `${card.device}/${LEVEL}`);
  if (found !== level) throw ignored(card, LEVEL, level, found);
};

const presentRange = async (files: SysfsFiles, card: Card): Promise<ClockRange | null> =>
  parseOverdrive((await lookAt(files, `${card.device}/${OVERDRIVE}`)) ?? '')?.sclk ?? null;

/** Moves limits in an order in which the lower one never stands above the upper one, which the driver refuses. */
const setRange = async (files: SysfsFiles, card: Card, from: ClockRange, to: Partial<ClockRange>): Promise<void> => {
  const least = to.leastMhz === undefined ? [] : [`s 0 ${to.leastMhz}`];
  const most = to.mostMhz === undefined ? [] : [`s 1 ${to.mostMhz}`];
  const downwards = (to.mostMhz ?? from.mostMhz) < from.leastMhz;
  for (const text of downwards ? [...least, ...most] : [...most, ...least]) await put(files, card, OVERDRIVE, text);
  await put(files, card, OVERDRIVE, 'c');
  const found = await presentRange(files, card);
  if (to.mostMhz !== undefined && found?.mostMhz !== to.mostMhz) {
    throw ignored(card, OVERDRIVE, `s 1 ${to.mostMhz}`, found === null ? null : `${found.leastMhz} to ${found.mostMhz} MHz`);
  }
};

const ensureLevel = async (files: SysfsFiles, card: Card, { level }: CardState, wanted: string): Promise<void> => {
  if (level !== wanted) await setLevel(files, card, wanted);
};

/** The clock is one of `clocksOf(state.control)`. Reads back what can be read back; of a level mask there is no getter. */
export const lockClock = async (files: SysfsFiles, card: Card, state: CardState, clockMhz: number): Promise<void> => {
  const { control, overdrive } = state;
  if (control.kind === 'levels') {
    await ensureLevel(files, card, state, 'manual');
    await put(files, card, SCLK, String(control.levels.find(({ mhz }) => mhz === clockMhz)!.index));
    return;
  }
  await ensureLevel(files, card, state, control.kind === 'determinism' ? 'perf_determinism' : 'manual');
  const from = overdrive!.sclk;
  const inTheWay = control.kind === 'overdrive' && from.leastMhz > clockMhz;
  await setRange(files, card, from, { mostMhz: clockMhz, ...(inTheWay && { leastMhz: clockMhz }) });
};

/** Memory levels stand under level manual too, so a lock of the shader clock in the same way goes on. */
export const lockMemoryClock = async (files: SysfsFiles, card: Card, state: CardState, clockMhz: number): Promise<void> => {
  await ensureLevel(files, card, state, 'manual');
  await put(files, card, MCLK, String(chosable(state.mclk).find(({ mhz }) => mhz === clockMhz)!.index));
};

/** Whether under this level the limits in pp_od_clk_voltage are somebody's own. */
const holdsRange = (level: string): boolean => level === 'manual' || level === 'perf_determinism';

const same = (a: ClockRange | null, b: ClockRange | null): boolean => a?.leastMhz === b?.leastMhz && a?.mostMhz === b?.mostMhz;

const unlockInstinct = async (files: SysfsFiles, card: Card, state: CardState, before: Before | null): Promise<void> => {
  const level = before?.level ?? 'auto';
  // Leaving determinism makes the driver forget its limit; level auto brings the whole range back.
  await ensureLevel(files, card, state, level);
  if (!holdsRange(level) || !before?.sclk) return;
  const present = await presentRange(files, card);
  if (present === null || same(present, before.sclk)) return;
  await setRange(files, card, present, level === 'manual' ? before.sclk : { mostMhz: before.sclk.mostMhz });
};

/**
 * Overdrive limits outlive a change of level, so they are brought back one by one. Without knowing them the driver's own
 * are taken ("r"), but only where level manual says that somebody has set some: "r" undoes the operator's voltages too.
 */
const unlockOverdrive = async (files: SysfsFiles, card: Card, state: CardState, before: Before | null): Promise<void> => {
  const present = state.overdrive!.sclk;
  if (before?.sclk && !same(before.sclk, present)) {
    await ensureLevel(files, card, state, 'manual');
    await setRange(files, card, present, before.sclk);
  }
  if (before === null && state.level === 'manual') for (const text of ['r', 'c']) await put(files, card, OVERDRIVE, text);
  await unlockLevels(files, card, await levelNow(files, card), before);
};

const levelNow = async (files: SysfsFiles, { device }: Card): Promise<Pick<CardState, 'level'>> => ({
  level: await lookAt(files, `${device}/${LEVEL}`),
});

/**
 * Which levels were enabled cannot be read, and level auto enables all of them again: whoever had enabled a few under
 * level manual finds all enabled, which is faster, never slower.
 */
const unlockLevels = async (files: SysfsFiles, card: Card, { level }: Pick<CardState, 'level'>, before: Before | null): Promise<void> => {
  const wanted = before?.level ?? 'auto';
  if (level !== 'auto') await setLevel(files, card, 'auto');
  if (wanted !== 'auto') await setLevel(files, card, wanted);
};

const unlock = { determinism: unlockInstinct, overdrive: unlockOverdrive, levels: unlockLevels } as const;

/** @throws VoltanaError when the limit did not become that */
export const setPower = async (files: SysfsFiles, card: Card, hwmon: string, powerW: number): Promise<void> => {
  try {
    await setPowerCap(files, hwmon, powerW);
  } catch (error) {
    throw deviceError(error, `${card.id}: a power limit of ${powerW} W`, `/${capPath(hwmon)}`);
  }
  const found = (await readPowerLimits(files, hwmon))?.presentW;
  // The driver keeps whole watts.
  if (found === undefined || Math.abs(found - powerW) >= 1) {
    throw new VoltanaError('DEVICE_FAILED', `${card.id}: a power limit of ${powerW} W was taken, but it is ${found ?? 'not told'}`);
  }
};

const restorePower = async (files: SysfsFiles, card: Card, before: Before | null): Promise<void> => {
  const limits = card.hwmon === null ? null : await readPowerLimits(files, card.hwmon);
  if (limits === null) return;
  const wantedW = before === null ? limits.defaultW : before.capW;
  if (wantedW !== null && wantedW !== limits.presentW) await setPower(files, card, card.hwmon!, wantedW);
};

/** Brings clocks and power back, each though the other fails; then throws the first failure. */
export const restoreCard = async (
  files: SysfsFiles,
  card: Card,
  state: CardState,
  before: Before | null,
  scope: RestoreScope = 'all',
): Promise<void> => {
  const { kind } = state.control;
  const clocks = kind === 'none' ? Promise.resolve() : unlock[kind](files, card, state, before);
  const [clocksDone] = await Promise.allSettled([clocks]);
  if (scope === 'all') await restorePower(files, card, before);
  if (clocksDone.status === 'rejected') throw clocksDone.reason;
};
