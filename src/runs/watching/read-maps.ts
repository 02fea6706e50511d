import type { EnergyMap } from '../../domain/energy-map.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { fieldsOf, lastOf, numberOrNull, textOf, wordOf } from './loose.ts';

const MOST_MAPS = 8;
const MOST_ROWS = 64;
/** Nobody knows: the weakest. */
const EVIDENCE: readonly [Evidence, ...Evidence[]] = ['extrapolated', 'emulated', 'validated', 'measured'];

const numbersOf = (value: unknown): number[] => lastOf(value, MOST_ROWS).flatMap((one) => numberOrNull(one) ?? []);
const rowsOf = (value: unknown): (number | null)[][] => lastOf(value, MOST_ROWS).map((row) => lastOf(row, MOST_ROWS).map(numberOrNull));

/** A picture has a cell for each of its loads and clocks. */
const fits = ({ loads, clocksMhz, joulesPerToken, latencyMs }: EnergyMap): boolean =>
  loads.length > 0 &&
  clocksMhz.length > 0 &&
  [joulesPerToken, latencyMs].every((rows) => rows.length === loads.length && rows.every((row) => row.length === clocksMhz.length));

const mapOf = (value: unknown): EnergyMap[] => {
  const one = fieldsOf(value);
  const { role } = one;
  if (role !== 'prefill' && role !== 'decode') return [];
  const map: EnergyMap = {
    role,
    instance: textOf(one['instance']),
    evidence: wordOf(one['evidence'], EVIDENCE),
    clocksMhz: numbersOf(one['clocksMhz']),
    loads: numbersOf(one['loads']),
    contextTokens: numberOrNull(one['contextTokens']),
    joulesPerToken: rowsOf(one['joulesPerToken']),
    latencyMs: rowsOf(one['latencyMs']),
    sloMs: numberOrNull(one['sloMs']),
  };
  return fits(map) ? [map] : [];
};

/** The energy maps of a gateway of any version; what makes no sense is left out. */
export const readEnergyMaps = (value: unknown): readonly EnergyMap[] => lastOf(value, MOST_MAPS).flatMap(mapOf);
