import { VoltanaError } from '../../domain/errors.ts';
import type { Threshold, ThresholdResult } from '../../domain/judgement.ts';
import { METRIC_NAMES, runMetrics, type MetricSource } from '../metrics.ts';

/** What a figure is of, the units in which a limit may be written, and how much each is of the unit of the record. */
interface Dimension {
  readonly what: string;
  readonly units: Readonly<Record<string, number>>;
  readonly highest: number;
  /** Why a run does not know it. */
  readonly unknown: string;
}

const TIME: Dimension = {
  what: 'a time',
  units: { '': 1, ms: 1, s: 1000 },
  highest: Infinity,
  unknown: 'nothing of the kind was observed: no request got so far',
};
const NO_METER = 'there was no meter, or nothing to divide its joules by';
const DIMENSIONS: Readonly<Record<string, Dimension>> = {
  ttft: TIME,
  itl: TIME,
  tpot: TIME,
  e2e: TIME,
  energy: { what: 'an energy', units: { '': 1, mJ: 0.001, J: 1, kJ: 1000 }, highest: Infinity, unknown: NO_METER },
  power: { what: 'a power', units: { '': 1, W: 1, kW: 1000 }, highest: Infinity, unknown: 'there was no meter' },
  goodput: { what: 'requests per second', units: { '': 1, '/s': 1, rps: 1 }, highest: Infinity, unknown: 'the run has no length' },
  slo: { what: 'a fraction', units: { '': 1, '%': 0.01 }, highest: 1, unknown: 'no request was offered' },
  errors: { what: 'a fraction', units: { '': 1, '%': 0.01 }, highest: 1, unknown: 'no request was offered' },
};

const familyOf = (metric: string): string => metric.split('.')[0]!;
const dimensionOf = (metric: string): Dimension => DIMENSIONS[familyOf(metric)]!;

const GRAMMAR = /^\s*([^\s<>=!]+)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%/]*)\s*$/i;
const LONGEST = 80;

const refused = (text: string, why: string, hint: string): VoltanaError => {
  const shown = text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
  return new VoltanaError('BAD_VALUE', `--threshold "${shown}" ${why}`, { hint });
};

/** The one of the known names that was probably meant; null where none is near. */
export type Nearest = (word: string, known: readonly string[]) => string | null;

const unknownMetric = (text: string, metric: string, nearest: Nearest): VoltanaError => {
  const members = METRIC_NAMES.filter((name) => name.startsWith(`${metric}.`));
  const near = nearest(metric, METRIC_NAMES);
  const meant = near === null ? '' : `Did you mean "${near}"? `;
  if (members.length > 0) return refused(text, 'leaves out which figure it is of', `Write one of ${members.join(', ')}.`);
  return refused(text, 'names no metric', `${meant}Known: ${METRIC_NAMES.join(', ')}.`);
};

const limitOf = (text: string, metric: string, amount: string, unit: string): number => {
  const { what, units, highest } = dimensionOf(metric);
  const names = Object.keys(units).filter((name) => name !== '');
  if (!Object.hasOwn(units, unit))
    throw refused(
      text,
      `gives ${metric} in "${unit}"`,
      `It is ${what}: write ${names.join(' or ')}, or no unit at all for ${unitOf(metric)}.`,
    );
  // 99 % is 0.99, not 0.9900000000000001.
  const limit = Number((Number(amount) * units[unit]!).toPrecision(15));
  if (Number.isFinite(limit) && limit >= 0 && limit <= highest) return limit;
  const range = highest === 1 ? 'from 0 to 1, or from 0 to 100 with %' : '>= 0';
  throw refused(text, `asks for a limit that ${metric} cannot reach`, `It is ${what}: give a number ${range}.`);
};

const UNITS: Readonly<Record<string, string>> = { energy: 'J', power: 'W', goodput: '/s', slo: 'a fraction', errors: 'a fraction' };

/** The unit of a limit without one. */
const unitOf = (metric: string): string => UNITS[familyOf(metric)] ?? 'ms';

/**
 * `ttft.p99<800`, with or without spaces, with or without the unit.
 * @returns the limit in the unit of the run record: ms, J, W, requests per second, fractions
 * @throws VoltanaError BAD_VALUE, with the metric that was probably meant
 */
export const parseThreshold = (text: string, nearest: Nearest = () => null): Threshold => {
  const [, metric, operator, amount, unit] = GRAMMAR.exec(text) ?? [];
  if (metric === undefined || operator === undefined || amount === undefined || unit === undefined)
    throw refused(text, 'is not METRIC<LIMIT', "Write it like 'ttft.p99<800', 'e2e.p95<=12s' or 'slo.joint>=99%', with <, <=, > or >=.");
  if (!METRIC_NAMES.includes(metric)) throw unknownMetric(text, metric, nearest);
  return { text: text.trim(), metric, operator: operator as Threshold['operator'], limit: limitOf(text, metric, amount, unit) };
};

const HOLDS: Readonly<Record<Threshold['operator'], (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/** Whether a run keeps a threshold. One that nobody can tell is not kept. */
export const checkThreshold = (threshold: Threshold, run: MetricSource): ThresholdResult => {
  const value = runMetrics(run)[threshold.metric] ?? null;
  if (value === null) return { ...threshold, value, ok: false, reason: dimensionOf(threshold.metric).unknown };
  return { ...threshold, value, ok: HOLDS[threshold.operator](value, threshold.limit) };
};
