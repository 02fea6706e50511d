import { joules, watts, type Joules, type Watts } from '../../../domain/units.ts';
import { ARCHITECTURE, FIELD, OK } from './codes.ts';
import type { Driver, Lane } from './driver.ts';
import { FIELD_VALUE, fieldNumber, outBuffer } from './layouts.ts';

type Field = keyof typeof FIELD;
const FIELDS = Object.keys(FIELD) as Field[];

/** How a GPU tells power and energy: by fields, several in one call, and else one by one. */
export interface Meters {
  readonly fields: readonly Field[];
  /** What nvmlDeviceGetPowerUsage means here, where a field of that kind is missing. */
  readonly power: 'instantMw' | 'averageMw' | null;
  readonly energy: boolean;
}

export interface Metered {
  readonly instantW: Watts | null;
  readonly averageW: Watts | null;
  readonly counterJ: Joules | null;
}

type Values = Partial<Record<Field, number | undefined>>;

const askFields = async (driver: Driver, lane: Lane, handle: bigint, fields: readonly Field[]): Promise<Values> => {
  const out = outBuffer(fields.length * FIELD_VALUE.bytes);
  fields.forEach((field, i) => out.writeUInt32LE(FIELD[field], i * FIELD_VALUE.bytes));
  if (fields.length === 0 || !(await driver.ask(lane, 'fields', [handle, fields.length, out]))) return {};
  const values: Values = {};
  fields.forEach((field, i) => {
    const base = i * FIELD_VALUE.bytes;
    const value = out.readUInt32LE(base + FIELD_VALUE.returned) === OK ? fieldNumber(out, base) : null;
    if (value !== null) values[field] = value;
  });
  return values;
};

const askEnergy = async (driver: Driver, lane: Lane, handle: bigint): Promise<number | null> => {
  const out = outBuffer(8);
  return (await driver.ask(lane, 'energy', [handle, out])) ? Number(out.readBigUInt64LE()) : null;
};

/**
 * nvml.h on nvmlDeviceGetPowerUsage: averaged over a second "on Ampere (except GA100) or newer", else of the moment. GA100
 * (A100, A800, A30) has device ids 0x20xx. A driver that knows no architectures is older than all that average.
 */
const powerUsageIs = (architecture: number | null, pciDeviceId: number): 'instantMw' | 'averageMw' => {
  const isGa100 = architecture === ARCHITECTURE.ampere && pciDeviceId >>> 24 === 0x20;
  return (architecture ?? 0) >= ARCHITECTURE.ampere && !isGa100 ? 'averageMw' : 'instantMw';
};

/** Asks once for each: what answers now is relied on. */
export const findMeters = async (
  driver: Driver,
  lane: Lane,
  handle: bigint,
  architecture: number | null,
  pciDeviceId: number,
): Promise<Meters> => {
  const values = await askFields(driver, lane, handle, FIELDS);
  const fields = FIELDS.filter((field) => values[field] !== undefined);
  const kind = powerUsageIs(architecture, pciDeviceId);
  const needsPower = !fields.includes(kind) && (await driver.number(lane, 'power', [handle])) !== null;
  const needsEnergy = !fields.includes('energyMj') && (await askEnergy(driver, lane, handle)) !== null;
  return { fields, power: needsPower ? kind : null, energy: needsEnergy };
};

export const meter = async (driver: Driver, lane: Lane, handle: bigint, meters: Meters): Promise<Metered> => {
  const values = await askFields(driver, lane, handle, meters.fields);
  if (meters.power !== null) values[meters.power] = (await driver.number(lane, 'power', [handle])) ?? undefined;
  if (meters.energy) values.energyMj = (await askEnergy(driver, lane, handle)) ?? undefined;
  const wattsIn = (milliwatts: number | undefined): Watts | null => (milliwatts === undefined ? null : watts(milliwatts / 1000));
  return {
    instantW: wattsIn(values.instantMw),
    averageW: wattsIn(values.averageMw),
    counterJ: values.energyMj === undefined ? null : joules(values.energyMj / 1000),
  };
};

export const offers = (meters: Meters, field: Field): boolean =>
  meters.fields.includes(field) || meters.power === field || (field === 'energyMj' && meters.energy);
