import type { Comparison, RunRecord } from '../../../domain/run-record.ts';
import type { Tuning } from '../../../domain/tuning.ts';
import { layoutText } from '../../../domain/tuning-text.ts';
import { metricOf } from '../../comparison-rows.ts';
import { spanSentence } from '../../comparison-sentence.ts';
import { number, percent } from '../../format.ts';
import { evidenceText } from '../../run/origin.ts';
import { grouped } from '../../run/sections.ts';
import type { ReportModel } from '../model.ts';

const JOULES_PER_KWH = 3.6e6;
const KWH_DIGITS = 3;

/** Three figures that count, whatever the size. */
const kwh = (joules: number | null): string =>
  joules === null ? 'n/a kWh' : `${Number((joules / JOULES_PER_KWH).toPrecision(KWH_DIGITS))} kWh`;

const nameOf = ({ config }: RunRecord): string => `${config.governor} + ${config.routing}`;

const promises = ({ config: { slo } }: RunRecord): string => `TTFT ${slo.ttftMs} ms, mean gap ${slo.itlMs} ms`;

const savedText = ({ baseline, candidate, energySavedPct, commonSpan }: Comparison): string => {
  const [after, before] =
    nameOf(baseline) === nameOf(candidate) ? ['The candidate', 'the baseline'] : [nameOf(candidate), nameOf(baseline)];
  if (energySavedPct === null) return `How much energy ${after} saved against ${before} is not known, as there was no power meter`;
  const much = `${number(Math.abs(energySavedPct), 1, '%')} ${energySavedPct >= 0 ? 'less' : 'MORE'}`;
  const { baselineJoulesPerOutputToken: was, candidateJoulesPerOutputToken: is } = commonSpan;
  return (
    `${after} used ${much} GPU energy per output token than the baseline ${nameOf(baseline)} ` +
    `(${number(is, 3)} instead of ${number(was, 3, 'J')}; ${kwh(commonSpan.candidateEnergyJ)} instead of ${kwh(commonSpan.baselineEnergyJ)} for the same ${grouped(candidate.requests.offered)} requests)`
  );
};

/** What people notice of the gaps. */
const lengthText = (comparison: Comparison): string => {
  const { baseline, candidate } = metricOf(comparison, 'e2e.p50');
  return `; half of the requests took ${number(candidate, 0, 'ms')} or longer from end to end (baseline ${number(baseline, 0, 'ms')})`;
};

/** One sentence that tells all of a comparison: saving, promises, latency, baseline, and where the figures come from. */
const comparedSentence = (comparison: Comparison): string => {
  const { baseline, candidate, verdict } = comparison;
  const unfair = verdict === 'invalid' ? 'This is NOT a fair comparison: ' : '';
  return (
    `${unfair}${savedText(comparison)} and kept both latency promises (${promises(candidate)}) for ${percent(candidate.sloAttainment.joint)} of the requests ` +
    `(baseline ${percent(baseline.sloAttainment.joint)})${lengthText(comparison)}; ${evidenceText(comparison)}.`
  );
};

const runEnergy = (run: RunRecord): string =>
  run.energyJ === null
    ? 'answered without a power meter, so its energy is not known,'
    : `spent ${number(run.joulesPerOutputToken, 3, 'J')} of GPU energy per output token (${kwh(run.energyJ.total)} in all)`;

/** The same of a run by itself, which has nothing to save against. */
const runSentence = (run: RunRecord): string =>
  `${run.validity.verdict === 'invalid' ? 'This run does NOT count: ' : ''}${nameOf(run)} ${runEnergy(run)} over ${grouped(run.requests.offered)} requests of ${run.config.workload} ` +
  `and kept both latency promises (${promises(run)}) for ${percent(run.sloAttainment.joint)} of them; no baseline was given, so nothing is said of savings; ${evidenceText(run)}.`;

/** What a search recommends, and against what. */
const tunedSentence = ({ recommended, baseline, savedPct, objective, evidence }: Tuning): string =>
  `The search recommends ${layoutText(recommended.choice)} with governor ${recommended.choice.governor}: ${number(Math.abs(savedPct), 1, '%')} ${savedPct >= 0 ? 'less' : 'MORE'} ` +
  `${objective} per output token than the given layout ${layoutText(baseline.choice)} at the highest clock (${number(recommended.joulesPerOutputToken, 3)} instead of ${number(baseline.joulesPerOutputToken, 3, 'J')}), ` +
  `both latency promises kept for ${percent(recommended.sloAttainment.joint, 2)} of the requests; all of this is simulated, nothing was measured on a GPU (evidence: ${evidence}).`;

/** The report in a sentence for each result. */
export const sentences = ({ runs, comparisons, tunings }: ReportModel): string[] => [
  ...(comparisons.length > 0
    ? comparisons.map((comparison) => [comparedSentence(comparison), ...spanSentence(comparison)].join(' '))
    : runs.map(({ record }) => runSentence(record))),
  ...tunings.map(({ document }) => tunedSentence(document)),
];

/** What takes weight from all figures: runs that do not count, comparisons that are not fair. Said first. */
export const alarms = ({ runs, comparisons }: ReportModel): string[] => [
  ...runs.flatMap(({ name, record: { validity } }) =>
    validity.verdict === 'valid' ? [] : [`${name} is ${validity.verdict}: ${validity.reasons.join('; ') || 'no reason was given'}`],
  ),
  ...comparisons.flatMap(({ verdict, reasons }, i) =>
    verdict === 'invalid'
      ? [
          `${runs[i + 1]?.name ?? 'the candidate'} against ${runs[0]?.name ?? 'the baseline'} is no fair comparison: ${reasons.join('; ') || 'no reason was given'}`,
        ]
      : [],
  ),
];
