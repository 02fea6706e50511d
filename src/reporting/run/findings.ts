import type { AbResult } from '../../domain/ab.ts';
import type { Judgement, ThresholdResult } from '../../domain/judgement.ts';
import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { signed } from '../format.ts';
import { metricText } from './metric-text.ts';

/**
 * What was asked of a result and how it came out; every format tells the same ones. `failed`: it is worse than it may be;
 * `warned`: nobody can tell, and nothing ends because of it; `broken`: the measurement itself does not count.
 */
export interface Finding {
  readonly about: 'validity' | 'threshold' | 'baseline' | 'comparison' | 'A/A';
  readonly name: string;
  readonly status: 'passed' | 'warned' | 'failed' | 'broken';
  /** One line, never empty. */
  readonly text: string;
}

export type Result = RunRecord | Comparison;

const told = (reasons: readonly string[], otherwise: string): string => oneLine(reasons.join('; ')) || otherwise;

const VALIDITY = { valid: 'passed', unstable: 'warned', invalid: 'broken' } as const;

const validityOf = ({ validity: { verdict, reasons } }: RunRecord): Finding => ({
  about: 'validity',
  name: 'validity',
  status: VALIDITY[verdict],
  text: told(reasons, verdict === 'valid' ? 'the measurement counts' : `${verdict}, and no reason was given`),
});

const foundText = ({ metric, value, reason }: ThresholdResult): string => {
  if (value !== null) return `is ${metricText(metric, value)}`;
  return reason === undefined ? 'is not known of this run' : `is not known: ${oneLine(reason)}`;
};

const thresholdOf = (result: ThresholdResult): Finding => ({
  about: 'threshold',
  name: oneLine(result.text) || result.metric,
  status: result.ok ? 'passed' : 'failed',
  text: `${oneLine(result.metric)} ${foundText(result)}; asked for ${result.operator} ${metricText(result.metric, result.limit)}`,
});

const VERDICTS = { improved: 'passed', same: 'passed', inconclusive: 'warned', regressed: 'failed', invalid: 'broken' } as const;

const baselineOf = (baseline: NonNullable<Judgement['baseline']>): Finding => ({
  about: 'baseline',
  name: `against ${oneLine(baseline.source)}`,
  status: VERDICTS[baseline.verdict],
  text: `${baseline.verdict}${baseline.reasons.length === 0 ? '' : `: ${told(baseline.reasons, 'no reason was given')}`}`,
});

const judgementOf = ({ thresholds, baseline }: Judgement): Finding[] => [
  ...thresholds.map(thresholdOf),
  ...(baseline === null ? [] : [baselineOf(baseline)]),
];

const aaOf = ({ aa }: AbResult): Finding[] => {
  if (aa === null)
    return [
      {
        about: 'A/A',
        name: 'A against itself',
        status: 'warned',
        text: 'left out: nobody knows how often this rig sees a change where there is none',
      },
    ];
  const seen = `${signed(aa.effect.changePct, 2, '%')} of ${oneLine(aa.effect.metric)} over ${aa.periods} periods`;
  return [
    {
      about: 'A/A',
      name: 'A against itself',
      status: aa.passed ? 'passed' : 'broken',
      text: aa.passed ? `no change seen: ${seen}` : `a change seen where there is none: ${seen}`,
    },
  ];
};

const comparisonOf = ({ verdict, reasons, ab }: Comparison): Finding[] => [
  {
    about: 'comparison',
    name: ab ? `B (${oneLine(ab.arms.B)}) against A (${oneLine(ab.arms.A)})` : 'candidate against baseline',
    status: VERDICTS[verdict],
    text: `${verdict}${reasons.length === 0 ? '' : `: ${told(reasons, 'no reason was given')}`}`,
  },
  ...(ab ? aaOf(ab) : []),
];

/** In the order of weight: whether it counts at all, then what was asked of it. What a comparison's candidate was once held against is not its own. */
export const findingsOf = (result: Result): Finding[] =>
  result.kind === 'run' ? [validityOf(result), ...(result.judgement ? judgementOf(result.judgement) : [])] : comparisonOf(result);
