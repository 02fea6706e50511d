import type { Comparison } from '../domain/run-record.ts';
import { attainmentWorse } from '../statistics/attainment.ts';
import { metricOf } from './comparison-rows.ts';
import { difference, number, percent, signed } from './format.ts';
import { originOf } from './origin.ts';

/** Two runs under one governor go by their places. */
const contenders = ({ baseline, candidate, ab }: Comparison): { readonly before: string; readonly after: string } => {
  if (ab) return { before: 'A', after: 'B' };
  const [before, after] = [baseline.config.governor, candidate.config.governor];
  return before === after ? { before: 'the baseline', after: 'the candidate' } : { before, after };
};

const savingText = (comparison: Comparison): string => {
  const { baseline, candidate } = metricOf(comparison, 'energy.per_output_token');
  const saved = comparison.energySavedPct;
  if (saved === null) return `Energy per output token cannot be compared`;
  const much = `${number(Math.abs(saved), 1, '%')} ${saved >= 0 ? 'less' : 'more'} energy per output token`;
  const { before, after } = contenders(comparison);
  return `${after} used ${much} than ${before} (${number(candidate, 3)} instead of ${number(baseline, 3, 'J')})`;
};

const sloText = ({ baseline, candidate }: Comparison): string => {
  const [before, after] = [percent(baseline.sloAttainment.joint), percent(candidate.sloAttainment.joint)];
  if (attainmentWorse(baseline, candidate)) return `the SLOs held for only ${after} of the requests (${before} before)`;
  return `the SLOs held for ${after} of the requests (${before} before)`;
};

const givenAway = (comparison: Comparison, name: string): string => {
  const { baseline, candidate } = metricOf(comparison, name);
  return signed(difference(baseline, candidate), 1, 'ms');
};

const latencyText = (comparison: Comparison): string => {
  const names = ['ttft.p50', 'ttft.p99', 'itl.p50', 'itl.p99', 'e2e.p50'];
  const [ttft50, ttft99, itl50, itl99, e2e50] = names.map((name) => givenAway(comparison, name));
  return (
    `the latency given away is ${ttft50} (p50) and ${ttft99} (p99) of TTFT, ${itl50} (p50) and ${itl99} (p99) of the gaps, ` +
    `and so ${e2e50} (p50) of whole requests`
  );
};

/** One sentence: the energy saved, whether the SLOs held, what latency was given away, and where the figures come from. */
export const comparisonSentence = (comparison: Comparison): string =>
  `${comparison.verdict === 'invalid' ? 'NOT a fair comparison: ' : ''}${savingText(comparison)}; ${sloText(comparison)}; ${latencyText(comparison)}; ${originOf(comparison)}.`;
