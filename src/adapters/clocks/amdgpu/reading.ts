import type { DeviceReading, LimitReason } from '../../../domain/device.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import { joules, megahertz, watts } from '../../../domain/units.ts';
import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookAtBytes } from '../sysfs/look.ts';
import type { Card } from './cards.ts';
import { NO_SENSORS, readSensors, type Sensors } from './hwmon.ts';
import { activeMhz, parseLevels } from './levels.ts';
import { limitsSince, parseMetrics, type GpuMetrics, type Residency } from './metrics.ts';
import { MCLK, SCLK } from './state.ts';

/** What one look at a card gives, before it is told in our units. */
export interface Look {
  readonly sensors: Sensors;
  readonly metrics: GpuMetrics | null;
}

/** @param instinct see `parseMetrics` */
export const lookAtCard = async (files: SysfsFiles, card: Card, instinct: boolean): Promise<Look> => {
  const [sensors, bytes] = await Promise.all([
    card.hwmon === null ? NO_SENSORS : readSensors(files, card.hwmon, card.sensors),
    lookAtBytes(files, `${card.device}/gpu_metrics`),
  ]);
  return { sensors, metrics: bytes === null ? null : parseMetrics(bytes, instinct) };
};

/** The sensor where there is one, else the level that is marked: levels are coarser. */
const clockOf = async (files: SysfsFiles, { device }: Card, sensorMhz: number | null, name: string): Promise<number | null> =>
  sensorMhz ?? activeMhz(parseLevels((await lookAt(files, `${device}/${name}`)) ?? ''));

const limitsOf = (metrics: GpuMetrics | null, earlier: readonly Residency[] | null): readonly LimitReason[] => {
  if (metrics?.limits) return metrics.limits;
  return metrics?.residencies && earlier !== null ? limitsSince(earlier, metrics.residencies) : [];
};

/**
 * @param earlier the residencies of the reading before this one, null for the first: limits are what has grown since
 * @throws VoltanaError DEVICE_FAILED while the card shows no clock
 */
export const readingOf = async (
  files: SysfsFiles,
  card: Card,
  { sensors, metrics }: Look,
  { atMs, earlier }: { readonly atMs: number; readonly earlier: readonly Residency[] | null },
): Promise<DeviceReading> => {
  const smMhz = await clockOf(files, card, sensors.sclkMhz, SCLK);
  const memoryMhz = await clockOf(files, card, sensors.mclkMhz, MCLK);
  if (smMhz === null) {
    throw new VoltanaError('DEVICE_FAILED', `${card.id} shows no clock: it sleeps, is being reset, or its power management is off`);
  }
  return {
    id: card.id,
    atMs,
    smMhz: megahertz(smMhz),
    memoryMhz: memoryMhz === null ? null : megahertz(memoryMhz),
    instantW: sensors.instantW === null ? null : watts(sensors.instantW),
    averageW: sensors.averageW === null ? null : watts(sensors.averageW),
    counterJ: metrics === null || metrics.counterJ === null ? null : joules(metrics.counterJ),
    temperatureC: sensors.temperatureC,
    limits: limitsOf(metrics, earlier),
  };
};
