import { ROLES } from '../../domain/instance.ts';
import type { LatencySummary } from '../../domain/latency-figures.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { quantile } from '../../statistics/quantile.ts';
import { residencyText } from '../clock-residency.ts';
import { clip, counted, number, percent, wrap } from '../format.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { alignedTable } from '../table.ts';

export const WIDTH = 100;
const LABEL_WIDTH = 18;

export const line = (label: string, text: string): string => `${label.padEnd(LABEL_WIDTH)}${text}`;

/** Whole numbers with narrow gaps between thousands read at a glance. */
export const grouped = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');

export function titleOf({ config, requests }: RunRecord): string {
  const rate = config.rate === null ? '' : ` at ${config.rate}/s`;
  const span = config.durationS === null ? '' : ` over ${number(config.durationS, config.durationS % 1 === 0 ? 0 : 1)} s`;
  const gpus = config.tp === 1 ? config.gpu : `${config.tp} x ${config.gpu}`;
  const fleet = config.aggregated ? `${config.aggregated} aggregated` : `${config.prefill} prefill + ${config.decode} decode`;
  return `${grouped(requests.offered)} requests of ${config.workload}${rate}${span}; ${fleet}, ${config.model} on ${gpus}`;
}

const clocksText = ({ governor, clocksMhz }: RunRecord['config']): string => {
  if (governor.startsWith('fixed')) return `held at ${clocksMhz.join(':')} MHz`;
  return clocksMhz.length <= 4 ? `${clocksMhz.join(', ')} MHz` : `${clocksMhz[0]}..${clocksMhz.at(-1)} MHz`;
};

export const contenderOf = ({ config }: RunRecord): string =>
  `${config.governor} + ${config.routing}, ${clocksText(config)}; TTFT <= ${config.slo.ttftMs} ms, mean gap <= ${config.slo.itlMs} ms`;

export const requestsText = ({ requests: { offered, ...ends } }: RunRecord): string => {
  const parts = Object.entries(ends).filter(([end, count]) => count > 0 || end === 'completed');
  return `${grouped(offered)} offered: ${parts.map(([end, count]) => `${grouped(count)} ${end}`).join(', ')}`;
};

export const HEADING = ['', 'mean', 'p50', 'p90', 'p99', 'max', 'promise met'];
export const latencyRow = (label: string, { mean, p50, p90, p99, max }: LatencySummary, met: string): string[] => [
  label,
  ...[mean, p50, p90, p99, max].map((ms) => number(ms, 1)),
  met,
];

export const latencyLines = ({ ttftMs, tpotMs, itlMs, e2eMs, sloAttainment, itlTokenAttainment }: RunRecord): string[] =>
  alignedTable(HEADING, [
    latencyRow('time to first token, ms', ttftMs, percent(sloAttainment.ttft)),
    latencyRow('mean gap of a request, ms', tpotMs, percent(sloAttainment.itl)),
    latencyRow('gap between tokens, ms', itlMs, percent(itlTokenAttainment)),
    latencyRow('whole request, ms', e2eMs, `both ${percent(sloAttainment.joint)}`),
  ]);

export const failureLines = ({ failures = [] }: RunRecord): string[] =>
  failures.flatMap(({ reason, count }) =>
    wrap(`${grouped(count)} x ${oneLine(reason)}`, WIDTH - LABEL_WIDTH).map((text) => line('', text)),
  );

export const workLines = (run: RunRecord): string[] => [
  line('', `${number(run.goodputRps, 2)} requests/s within both promises, over ${number(run.measuredS, 1, 's')}`),
  line('', `${grouped(run.inputTokensPerS)} prompt and ${grouped(run.outputTokensPerS)} output tokens/s`),
];

export function energyLines(run: RunRecord): string[] {
  const { energyJ, joulesPerOutputToken, joulesPerRequest, joulesPerToken } = run;
  const parts = ROLES.map((role) => `${role} ${number(energyJ?.[role] ?? null, 0, 'J')}`).join(', ');
  return [
    line(
      'energy, all GPUs',
      `${number(energyJ?.total ?? null, 0, 'J')} (${parts}); mean ${number(run.meanPowerW, 0, 'W')}, idle ${number(run.idlePowerW, 0, 'W')}`,
    ),
    line(
      '',
      `${number(joulesPerOutputToken, 4, 'J')} per output token, ${number(joulesPerToken, 4, 'J')} per token, ${number(joulesPerRequest, 1, 'J')} per request`,
    ),
  ];
}

export function releasedLines({ released, energyJ, outputTokens }: RunRecord): string[] {
  if (!released || !energyJ) return [];
  const withoutJ = energyJ.total - released.energyJ;
  const perToken = outputTokens === 0 ? null : withoutJ / outputTokens;
  return [
    line(
      'released',
      `${number(released.instanceS, 0)} instance seconds; without what those GPUs drew ${number(withoutJ, 0, 'J')}, ${number(perToken, 4, 'J')} per output token`,
    ),
  ];
}

/** How long instances were something else than awake in their own role. */
export function shapeLines({ parked, flipping, flipped }: RunRecord): string[] {
  const rows: string[] = [];
  if (parked) rows.push(line('parked', `${number(parked.instanceS, 0)} instance seconds, ${number(parked.energyJ, 0, 'J')}`));
  if (!flipping || !flipped) return rows;
  const loading = `${counted(flipping.flips, 'change')} of role, ${number(flipping.instanceS, 0)} instance seconds of loading, ${number(flipping.energyJ, 0, 'J')}`;
  return [
    ...rows,
    line('flipped', loading),
    line('', `${number(flipped.instanceS, 0)} instance seconds in another role than at the start, ${number(flipped.energyJ, 0, 'J')}`),
  ];
}

export const clockLines = (run: RunRecord): string[] => [
  line('clocks', `${counted(run.clocks.transitions, 'change')}`),
  ...ROLES.map((role) => clip(line(`  ${role}`, `mean ${number(run.clocks.meanMhz[role], 0, 'MHz')}: ${residencyText(run, role)}`), WIDTH)),
];

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** What most worlds keep: nine of ten do not spend more, and nine of ten do not attain less. */
export function worldLines({ repeats }: RunRecord): string[] {
  if (repeats.length === 0) return [];
  const costs = known(repeats.map(({ joulesPerOutputToken }) => joulesPerOutputToken));
  const joints = known(repeats.map(({ joint }) => joint));
  const spent = `${number(quantile(costs, 0.5), 4, 'J')} per output token in the median (p10 ${number(quantile(costs, 0.1), 4)}, p90 ${number(quantile(costs, 0.9), 4)})`;
  const met = `both promises met: ${percent(quantile(joints, 0.5))} in the median, p10 ${percent(quantile(joints, 0.1))}`;
  return [line('hostile worlds', `${repeats.length}: ${spent}`), line('', met)];
}
