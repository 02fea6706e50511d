import type { Comparison, MetricChange, RunRecord } from '../domain/run-record.ts';
import { difference, MISSING, number, percent, signed } from './format.ts';

/** One line of the table: label, both runs, and what changed. */
export type Row = readonly [label: string, baseline: string, candidate: string, change: string];

export const metricOf = (comparison: Comparison, name: string): MetricChange =>
  comparison.metrics.find((metric) => metric.name === name) ?? {
    name,
    baseline: null,
    candidate: null,
    changePct: null,
    ci95: null,
    significant: null,
  };

const energyRow = (
  label: string,
  { baseline, candidate, changePct }: Omit<MetricChange, 'name' | 'ci95' | 'significant'>,
  digits: number,
  unit: string,
): Row => [label, number(baseline, digits, unit), number(candidate, digits, unit), signed(changePct, 1, '%')];

const roleRow = (role: 'prefill' | 'decode', { baseline, candidate }: Comparison): Row => {
  const [a, b] = [baseline.energyJ?.[role] ?? null, candidate.energyJ?.[role] ?? null];
  const change = a === null || b === null || a === 0 ? null : ((b - a) / a) * 100;
  return energyRow(`  ${role} GPUs`, { baseline: a, candidate: b, changePct: change }, 1, 'J');
};

/** The shorter run's idling until the longer one ended; without it the parts would not add up to the total. */
const idleRow = ({ baseline, candidate, commonSpan }: Comparison): Row[] => {
  const a = difference(baseline.energyJ?.total ?? null, commonSpan.baselineEnergyJ);
  const b = difference(candidate.energyJ?.total ?? null, commonSpan.candidateEnergyJ);
  return (a ?? 0) < 0.05 && (b ?? 0) < 0.05 ? [] : [['  idle until the other ended', number(a, 1, 'J'), number(b, 1, 'J'), '']];
};

export const energyRows = (comparison: Comparison): Row[] => [
  energyRow('energy, all GPUs', metricOf(comparison, 'energy.total'), 1, 'J'),
  roleRow('prefill', comparison),
  roleRow('decode', comparison),
  ...idleRow(comparison),
  energyRow('energy per output token', metricOf(comparison, 'energy.per_output_token'), 4, 'J'),
  energyRow('mean power', metricOf(comparison, 'power.mean'), 1, 'W'),
];

const latencyRow = (comparison: Comparison, label: string, name: string): Row => {
  const { baseline, candidate } = metricOf(comparison, name);
  return [label, number(baseline, 1, 'ms'), number(candidate, 1, 'ms'), signed(difference(baseline, candidate), 1, 'ms')];
};

/** A client of an endpoint sees chunks, which may hold several tokens. */
const gapOf = ({ candidate }: Comparison): string => (candidate.bench ? 'gap between chunks' : 'gap between tokens');

export const latencyRows = (comparison: Comparison): Row[] => [
  latencyRow(comparison, 'time to first token p50', 'ttft.p50'),
  latencyRow(comparison, 'time to first token p99', 'ttft.p99'),
  latencyRow(comparison, `${gapOf(comparison)} p50`, 'itl.p50'),
  latencyRow(comparison, `${gapOf(comparison)} p99`, 'itl.p99'),
  latencyRow(comparison, 'mean gap of a request p50', 'tpot.p50'),
  latencyRow(comparison, 'mean gap of a request p99', 'tpot.p99'),
  latencyRow(comparison, 'whole request p50', 'e2e.p50'),
];

const sloRow = (comparison: Comparison, label: string, name: string): Row => {
  const { baseline, candidate } = metricOf(comparison, name);
  const points = difference(baseline, candidate);
  return [label, percent(baseline), percent(candidate), signed(points === null ? null : points * 100, 1, 'points')];
};

export const sloRows = (comparison: Comparison): Row[] => {
  const { ttftMs, itlMs } = comparison.candidate.config.slo;
  return [
    sloRow(comparison, `TTFT <= ${ttftMs} ms met`, 'slo.ttft'),
    sloRow(comparison, `mean gap <= ${itlMs} ms met`, 'slo.itl'),
    sloRow(comparison, 'both met', 'slo.joint'),
  ];
};

const countRow = (label: string, { baseline, candidate }: Comparison, of: (run: RunRecord) => number): Row => [
  label,
  String(of(baseline)),
  String(of(candidate)),
  signed(of(candidate) - of(baseline), 0),
];

const spanRow = ({ baseline, candidate }: Comparison): Row => [
  'first arrival to last end',
  number(baseline.measuredS, 1, 's'),
  number(candidate.measuredS, 1, 's'),
  signed(candidate.measuredS - baseline.measuredS, 1, 's'),
];

const meanClockRow = (role: 'prefill' | 'decode', { baseline, candidate }: Comparison): Row => {
  const [a, b] = [baseline.clocks.meanMhz[role], candidate.clocks.meanMhz[role]];
  return [`mean ${role} clock`, number(a, 0, 'MHz'), number(b, 0, 'MHz'), a === null || b === null ? MISSING : signed(b - a, 0, 'MHz')];
};

export const workRows = (comparison: Comparison): Row[] => [
  countRow('requests completed', comparison, (run) => run.requests.completed),
  countRow('requests not completed', comparison, ({ requests }) => requests.offered - requests.completed),
  countRow('output tokens', comparison, (run) => run.outputTokens),
  spanRow(comparison),
  meanClockRow('prefill', comparison),
  meanClockRow('decode', comparison),
  countRow('clock changes', comparison, (run) => run.clocks.transitions),
];
