import type { PowerLimits } from '../../../domain/device.ts';
import { watts } from '../../../domain/units.ts';
import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookAtNumber, lookInto } from '../sysfs/look.ts';

const MICROWATTS = 1e6;
const HERTZ_PER_MHZ = 1e6;
const MILLIDEGREES = 1000;

/** What the sensors of a card show; null is what it has no sensor for. */
export interface Sensors {
  readonly averageW: number | null;
  readonly instantW: number | null;
  readonly sclkMhz: number | null;
  readonly mclkMhz: number | null;
  readonly temperatureC: number | null;
}

/** The folder of the card's sensors, null where it has none. */
export const hwmonOf = async (files: SysfsFiles, device: string): Promise<string | null> => {
  for (const name of await lookInto(files, `${device}/hwmon`)) {
    const folder = `${device}/hwmon/${name}`;
    if ((await lookAt(files, `${folder}/name`)) === 'amdgpu') return folder;
  }
  return null;
};

/** A card that runs draws something: the second die of a board, whose power counts with the first one's, shows 0. */
const positive = (value: number | null, per: number): number | null => (value === null || value === 0 ? null : value / per);

/**
 * Attributes as in the kernel's hwmon documentation: microwatts, hertz, millidegrees.
 * @param there the names in the folder: what is not there need not be asked for at every reading
 */
export const readSensors = async (files: SysfsFiles, hwmon: string, there: readonly string[]): Promise<Sensors> => {
  const ask = async (name: string): Promise<number | null> => (there.includes(name) ? lookAtNumber(files, `${hwmon}/${name}`) : null);
  // MI300 has no edge sensor: its first temperature is the hot spot's, temp2.
  const temperature = there.includes('temp1_input') ? 'temp1_input' : 'temp2_input';
  const names = ['power1_average', 'power1_input', 'freq1_input', 'freq2_input', temperature];
  const [average, input, sclk, mclk, degrees] = await Promise.all(names.map(ask));
  return {
    averageW: positive(average!, MICROWATTS),
    instantW: positive(input!, MICROWATTS),
    sclkMhz: positive(sclk!, HERTZ_PER_MHZ),
    mclkMhz: positive(mclk!, HERTZ_PER_MHZ),
    temperatureC: positive(degrees!, MILLIDEGREES),
  };
};

export const NO_SENSORS: Sensors = { averageW: null, instantW: null, sclkMhz: null, mclkMhz: null, temperatureC: null };

export const capPath = (hwmon: string): string => `${hwmon}/power1_cap`;

/** Of a limit of 0 the driver makes its default, so it is no limit that one could set. */
const LEAST_W = 1;

/** Null where the limit cannot be set, or its default is not told, so that it could not be brought back. */
export const readPowerLimits = async (files: SysfsFiles, hwmon: string): Promise<PowerLimits | null> => {
  const names = ['', '_min', '_max', '_default'];
  const [present, least, most, usual] = await Promise.all(names.map((name) => lookAtNumber(files, `${capPath(hwmon)}${name}`)));
  if (!present || !most || !usual) return null;
  return {
    presentW: watts(present / MICROWATTS),
    defaultW: watts(usual / MICROWATTS),
    leastW: watts(Math.max((least ?? 0) / MICROWATTS, LEAST_W)),
    mostW: watts(most / MICROWATTS),
  };
};

export const setPowerCap = (files: SysfsFiles, hwmon: string, powerW: number): Promise<void> =>
  files.write(capPath(hwmon), String(Math.round(powerW * MICROWATTS)));
