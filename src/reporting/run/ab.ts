import type { AbEffect, AbResult } from '../../domain/ab.ts';
import type { MetricChange } from '../../domain/run-record.ts';
import { counted, number, signed } from '../format.ts';
import { oneLine } from '../../domain/plain-text.ts';
import type { Fact } from './bench-facts.ts';
import { intervalText, pText } from './changes.ts';
import { metricText } from './metric-text.ts';

export const EFFECT_HEADING = ['B against A', 'significant', 'A', 'B', 'change', '95 % interval', 'p'];

const SIGNIFICANT = { true: 'yes', false: 'no', null: 'not tested' } as const;

const effectRow = ({ metric, changePct, ci95, pValue, significant }: AbEffect, means: MetricChange | undefined): string[] => [
  oneLine(metric),
  SIGNIFICANT[`${significant}`],
  metricText(metric, means?.baseline ?? null),
  metricText(metric, means?.candidate ?? null),
  signed(changePct, 2, '%'),
  intervalText(ci95),
  pText(pValue),
];

/** @param metrics means of both arms, by name */
export const effectRows = ({ effects }: AbResult, metrics: readonly MetricChange[]): string[][] =>
  effects.map((effect) =>
    effectRow(
      effect,
      metrics.find(({ name }) => name === effect.metric),
    ),
  );

const aaText = ({ aa }: AbResult): string =>
  aa === null
    ? 'left out'
    : `${aa.passed ? 'passed' : 'FAILED'} over ${counted(aa.periods, 'period')}: ${signed(aa.effect.changePct, 2, '%')} of ${oneLine(aa.effect.metric)} (${intervalText(aa.effect.ci95)})`;

/** The design and what a test of it can see, in labelled lines. */
export const abFacts = (ab: AbResult): Fact[] => {
  const { blocks, periodS, washoutS, order, detectablePct, alpha, stopRule } = ab.design;
  return [
    { label: 'arms', lines: [`A: ${oneLine(ab.arms.A)}`, `B: ${oneLine(ab.arms.B)}`] },
    {
      label: 'design',
      lines: [
        `${counted(blocks, 'randomised block')} of ${number(periodS, 1, 's')} periods, the first ${number(washoutS, 1, 's')} of each washed out; ${ab.periods.length} of ${order.length} periods measured`,
        `smallest detectable effect on energy per output token: ${number(detectablePct, 2, '%')} (found in 90 % of all cases, ${number(alpha * 100, 1, '%')} false alarms a side)`,
        `stops: ${oneLine(stopRule)}`,
      ],
    },
    { label: 'A/A', lines: [aaText(ab)] },
  ];
};
