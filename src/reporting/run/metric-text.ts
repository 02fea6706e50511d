import { MISSING } from '../format.ts';

/** By the first words of a metric's name, see the names of thresholds. Fractions have no unit. */
const UNITS: readonly (readonly [prefix: string, unit: string])[] = [
  ['ttft.', 'ms'],
  ['itl.', 'ms'],
  ['tpot.', 'ms'],
  ['e2e.', 'ms'],
  ['energy.', 'J'],
  ['power.', 'W'],
  ['goodput', 'req/s'],
];

const unitOf = (metric: string): string => UNITS.find(([prefix]) => metric.startsWith(prefix))?.[1] ?? '';

const DIGITS = 6;

/** A metric's value with its unit, with so many digits that one beside a limit is not rounded onto it. */
export const metricText = (metric: string, value: number | null, digits = DIGITS): string =>
  value === null ? MISSING : [String(Number(value.toPrecision(digits))), unitOf(metric)].filter((part) => part !== '').join(' ');
