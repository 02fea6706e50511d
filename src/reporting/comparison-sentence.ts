import type { Comparison, RunRecord } from '../domain/run-record.ts';
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
    `the latency given away is ${ttft50} (p50) and ${ttft99} (p99) of TTFT, ${itl50} (p50) and ${itl99} (p99) of the gaps${comparison.candidate.bench ? ' between chunks' : ''}, ` +
    `and so ${e2e50} (p50) of whole requests`
  );
};

const LEAST_TOLD_J = 0.05;

/** How much of a run's energy is idling until the other one ended; nothing where they ended together. */
const idledJ = ({ energyJ }: RunRecord, commonJ: number | null): number => difference(energyJ?.total ?? null, commonJ) ?? 0;

/** What the shorter run is given, in a line of its own; none where both are as long, or nobody metered. */
export function spanSentence({ baseline, candidate, commonSpan }: Comparison): string[] {
  const joules = Math.max(idledJ(baseline, commonSpan.baselineEnergyJ), idledJ(candidate, commonSpan.candidateEnergyJ));
  if (joules < LEAST_TOLD_J) return [];
  const [shorterS, longerS] = [baseline.measuredS, candidate.measuredS].sort((a, b) => a - b) as [number, number];
  const whose = baseline.measuredS < candidate.measuredS ? 'baseline' : 'candidate';
  return [
    `The ${whose} ended after ${number(shorterS, 1, 's')} of ${number(longerS, 1, 's')}: until the other had ended, ${number(joules, 1, 'J')} at its idle power are counted to it.`,
  ];
}

/** One sentence: the energy saved, whether the SLOs held, what latency was given away, and where the figures come from. */
export const comparisonSentence = (comparison: Comparison): string =>
  `${comparison.verdict === 'invalid' ? 'NOT a fair comparison: ' : ''}${savingText(comparison)}; ${sloText(comparison)}; ${latencyText(comparison)}; ${originOf(comparison)}.`;
