import { Chalk, type ChalkInstance } from 'chalk';
import { ROLES } from '../domain/instance.ts';
import type { Comparison, RunRecord } from '../domain/run-record.ts';
import { residencyText } from './clock-residency.ts';
import { energyRows, latencyRows, metricOf, sloRows, workRows, type Row } from './comparison-rows.ts';
import { comparisonSentence, spanSentence } from './comparison-sentence.ts';
import { clip, signed, wrap } from './format.ts';
import { oneLine } from '../domain/plain-text.ts';

const WIDTH = 100;
const LABEL_WIDTH = 30;
const VALUE_WIDTH = 25;
const CHANGE_WIDTH = 16;

const runName = ({ config }: RunRecord): string => oneLine(`${config.governor} + ${config.routing}`);

const line = ([label, baseline, candidate, change]: Row): string =>
  [
    clip(label, LABEL_WIDTH).padEnd(LABEL_WIDTH),
    clip(baseline, VALUE_WIDTH).padStart(VALUE_WIDTH),
    clip(candidate, VALUE_WIDTH).padStart(VALUE_WIDTH),
    clip(change, CHANGE_WIDTH).padStart(CHANGE_WIDTH),
  ]
    .join(' ')
    .trimEnd();

/** Two runs of one configuration are told apart by their part. */
const headerRow = ({ baseline, candidate }: Comparison): Row => {
  const names = [runName(baseline), runName(candidate)] as const;
  return names[0] === names[1] ? ['', 'baseline', 'candidate', 'change'] : ['', ...names, 'change'];
};

const titleOf = ({ candidate: { config, requests } }: Comparison): string => {
  const cluster = `${config.prefill} prefill + ${config.decode} decode, ${config.model} on ${config.gpu}`;
  const rate = config.rate === null ? '' : ` at ${config.rate}/s`;
  return oneLine(`${requests.offered} requests of ${config.workload}${rate}; ${cluster}`);
};

const residencyLines = ({ baseline, candidate }: Comparison): string[] =>
  ROLES.flatMap((role) =>
    [baseline, candidate].flatMap((run, i) => {
      const label = i === 0 ? `${role} clocks` : '';
      return clip(`${label.padEnd(16)}${clip(oneLine(run.config.governor), 13).padEnd(14)}${residencyText(run, role)}`, WIDTH);
    }),
  );

const VERDICT_COLOURS = { improved: 'green', regressed: 'red', invalid: 'red', inconclusive: 'yellow', same: 'yellow' } as const;

const intervalText = (comparison: Comparison): string => {
  const { ci95 } = metricOf(comparison, 'energy.per_output_token');
  // An interval would lend weight to figures that do not count.
  return ci95 === null || comparison.verdict === 'invalid'
    ? ''
    : ` (energy per output token, 95 % interval: ${signed(ci95[0], 1)} to ${signed(ci95[1], 1, '%')})`;
};

const verdictLines = (comparison: Comparison, chalk: ChalkInstance): string[] => {
  const colour = chalk[VERDICT_COLOURS[comparison.verdict]];
  return [
    `verdict: ${colour(comparison.verdict)}${intervalText(comparison)}`,
    ...comparison.reasons.flatMap((reason) => wrap(`- ${oneLine(reason)}`, WIDTH)),
  ];
};

/** The side-by-side table for a terminal, at most 100 columns wide. Without colour it holds no escape sequence. */
export const renderComparison = (comparison: Comparison, options: { readonly color: boolean }): string => {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const sections = [energyRows, latencyRows, sloRows, workRows].map((rows) => rows(comparison).map(line));
  return [
    ...wrap(titleOf(comparison), WIDTH).map((text) => chalk.bold(text)),
    '',
    chalk.bold(line(headerRow(comparison))),
    ...sections.flatMap((lines) => [...lines, '']),
    ...residencyLines(comparison),
    '',
    ...verdictLines(comparison, chalk),
    ...wrap(oneLine(comparisonSentence(comparison)), WIDTH).map((text) => chalk.bold(text)),
    ...spanSentence(comparison).flatMap((text) => wrap(text, WIDTH)),
    '',
  ].join('\n');
};
