import type { Sensitivity, TunedConfiguration, TuningConstraints, TuningObjective } from '../../domain/tuning.ts';
import { layoutText, objectiveWord, settingsText } from '../../domain/tuning-text.ts';
import { significant } from '../../reporting/format.ts';

const PERCENT = 100;
/** Settings that are worth a sentence, and how many of them. */
const WORTH_TELLING_PCT = 0.5;
const MOST_SETTINGS = 3;

const percentOf = (fraction: number, digits = 2): string => `${(PERCENT * fraction).toFixed(digits)} %`;
const joules = (value: number): string => `${significant(value, 3)} J`;

export interface Reasons {
  readonly objective: TuningObjective;
  readonly constraints: TuningConstraints;
  readonly best: TunedConfiguration;
  readonly baseline: TunedConfiguration;
  readonly savedPct: number;
  readonly runnerUp: { readonly configuration: TunedConfiguration; readonly pricePct: number } | null;
  readonly sensitivity: readonly Sensitivity[];
}

function savingText({ objective, best, baseline, savedPct }: Reasons): string {
  const change = savedPct >= 0 ? `${savedPct.toFixed(1)} % less` : `${(-savedPct).toFixed(1)} % more`;
  const energies = `${joules(best.joulesPerOutputToken)} against ${joules(baseline.joulesPerOutputToken)} of the GPUs per output token`;
  const who = `the given layout (${layoutText(baseline.choice)}, ${baseline.gpus} GPUs, highest clock)`;
  return `${best.gpus} GPUs take ${change} ${objectiveWord(objective)} than ${who}: ${energies}.`;
}

function keepingText({ constraints, best }: Reasons): string {
  const { joint, lowerBound } = best.sloAttainment;
  const seen = `${percentOf(joint)} of ${best.judgedRequests} requests on loads that the search never saw`;
  const sure = `${percentOf(lowerBound)} at the least with ${percentOf(constraints.confidence, 0)} confidence`;
  return `Both promises hold for ${seen}, ${sure}; the target is ${percentOf(constraints.sloTarget)}.`;
}

/** A saving against something that misses its target is not a saving alone. */
function baselineText({ constraints: { sloTarget, powerBudgetW }, baseline }: Reasons): string[] {
  const { joint, lowerBound } = baseline.sloAttainment;
  const misses = lowerBound >= sloTarget ? [] : [`keeps its promises for ${percentOf(joint)} only (${percentOf(lowerBound)} at the least)`];
  const above = powerBudgetW !== null && baseline.peakPowerW > powerBudgetW;
  const draws = above ? [`draws up to ${Math.round(baseline.peakPowerW)} W of the ${powerBudgetW} W allowed`] : [];
  const all = [...misses, ...draws];
  return all.length === 0 ? [] : [`The given layout ${all.join(' and ')}.`];
}

const otherText = ({ other, changePct, keeps }: Sensitivity): string => {
  const change =
    changePct === null
      ? 'is overloaded'
      : `${changePct >= 0 ? 'takes' : 'saves'} ${Math.abs(changePct).toFixed(1)} %${changePct >= 0 ? ' more' : ''}`;
  return keeps ? `${other} ${change}` : `${other} ${change} and misses the target`;
};

/** By setting, that whose nearest alternative costs most first: what the choice of it is worth. */
function settingTexts({ sensitivity }: Reasons): string[] {
  const settings = [...new Set(sensitivity.map(({ setting }) => setting))];
  const worth = settings.flatMap((setting) => {
    const rows = sensitivity.filter((row) => row.setting === setting);
    const least = rows.reduce((best, row) => ((row.changePct ?? Infinity) < (best.changePct ?? Infinity) ? row : best));
    const matters = !least.keeps || Math.abs(least.changePct ?? Infinity) >= WORTH_TELLING_PCT;
    return matters ? [{ row: least, worth: least.keeps ? (least.changePct ?? Infinity) : Infinity }] : [];
  });
  const told = worth.sort((a, b) => (a.worth === b.worth ? 0 : b.worth - a.worth)).slice(0, MOST_SETTINGS);
  return told.map(({ row }) => `${row.setting} ${row.chosen}: ${otherText(row)}.`);
}

/** Of two that come to the same within what loads differ, the one with fewer GPUs or fewer unusual settings is recommended. */
const priceText = (pct: number): string =>
  pct >= 0 ? `takes ${pct.toFixed(1)} % more` : `takes ${(-pct).toFixed(1)} % less, which is within the noise, and is less simple`;

const runnerUpText = ({ runnerUp }: Reasons): string => {
  if (runnerUp === null) return 'No other configuration that was judged keeps the target.';
  const { choice, gpus } = runnerUp.configuration;
  return `The runner-up, ${layoutText(choice)} (${gpus} GPUs) with ${settingsText(choice)}, ${priceText(runnerUp.pricePct)}.`;
};

/** Why this one, in sentences: what it saves, how sure that is, which settings matter, and what comes next. */
export const whyOf = (reasons: Reasons): string[] => [
  savingText(reasons),
  keepingText(reasons),
  ...baselineText(reasons),
  ...settingTexts(reasons),
  runnerUpText(reasons),
];
