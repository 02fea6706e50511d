import type { RobustnessCheck, Sensitivity, TunedConfiguration, Tuning } from '../../domain/tuning.ts';
import { layoutText, settingsText } from '../../domain/tuning-text.ts';
import { number, percent, signed } from '../format.ts';

export const FRONT_HEADING = ['', 'GPUs', 'configuration', 'J/token', 'kept', 'at least', 'good/s', 'peak W'];
/** Columns of text. */
export const FRONT_TEXTS = 3;

const PERCENT_DIGITS = 2;

/** Devices are told where they tell rows apart. */
function severalDevices({ recommended, baseline, runnerUp, pareto }: Tuning): boolean {
  const all = [recommended, baseline, ...(runnerUp === null ? [] : [runnerUp.configuration]), ...pareto];
  return new Set(all.map(({ choice }) => choice.variant)).size > 1;
}

const configurationRow = (tuning: Tuning, mark: string, one: TunedConfiguration): string[] => [
  mark,
  String(one.gpus),
  [layoutText(one.choice), settingsText(one.choice), ...(severalDevices(tuning) ? [one.choice.variant] : [])].join('; '),
  number(one.joulesPerOutputToken, 3),
  percent(one.sloAttainment.joint, PERCENT_DIGITS),
  percent(one.sloAttainment.lowerBound, PERCENT_DIGITS),
  number(one.goodputRps, 2),
  number(one.peakPowerW, 0),
];

const same = (one: TunedConfiguration, other: TunedConfiguration): boolean => JSON.stringify(one.choice) === JSON.stringify(other.choice);

function markOf(one: TunedConfiguration, { recommended, baseline }: Tuning, knee: boolean): string {
  if (same(one, recommended)) return knee ? 'pick, knee' : 'pick';
  if (same(one, baseline)) return 'given';
  return knee ? 'knee' : '';
}

/** The recommendation and the baseline first, then the rest of the front. */
export const comparedRows = (tuning: Tuning): string[][] => [
  configurationRow(tuning, 'pick', tuning.recommended),
  ...(tuning.runnerUp === null ? [] : [configurationRow(tuning, 'second', tuning.runnerUp.configuration)]),
  configurationRow(tuning, 'given', tuning.baseline),
];

export const frontRows = (tuning: Tuning): string[][] =>
  tuning.pareto.map((one) => configurationRow(tuning, markOf(one, tuning, one.knee), one));

export const SENSITIVITY_HEADING = ['setting', 'chosen', 'instead', 'change', 'keeps the target'];
export const sensitivityRow = ({ setting, chosen, other, changePct, keeps }: Sensitivity): string[] => [
  setting,
  chosen,
  other,
  signed(changePct, 1, '%'),
  keeps ? 'yes' : 'no',
];

export const ROBUSTNESS_HEADING = ['under', 'J/token', 'saved', 'kept', 'at least', 'keeps the target', 'worst tenth saved', 'and kept'];
export const robustnessRow = (check: RobustnessCheck): string[] => [
  check.name,
  number(check.joulesPerOutputToken, 3),
  number(check.savedPct, 1, '%'),
  percent(check.joint, PERCENT_DIGITS),
  percent(check.lowerBound ?? null, PERCENT_DIGITS),
  check.keeps ? 'yes' : 'no',
  check.hostileWorlds === 0 ? '' : number(check.savedP10Pct, 1, '%'),
  check.hostileWorlds === 0 ? '' : percent(check.jointP10, PERCENT_DIGITS),
];

/** Of many worlds the first few: the document has all. */
const MOST_WORLDS = 5;

/** Which hostile worlds break the target, a sentence for each check that has any. */
export const failingTexts = ({ robustness, constraints: { sloTarget } }: Tuning): string[] =>
  robustness
    .filter(({ failing = [] }) => failing.length > 0)
    .map(({ hostileWorlds, failing = [] }) => {
      const worlds = failing.slice(0, MOST_WORLDS).map(({ seed, joint }) => `${seed} (${percent(joint, PERCENT_DIGITS)})`);
      const left = failing.length > MOST_WORLDS ? ` and ${failing.length - MOST_WORLDS} more` : '';
      const surely = failing.filter((world) => world.surely).length;
      return `${failing.length} of ${hostileWorlds} hostile worlds keep less than ${percent(sloTarget, PERCENT_DIGITS)}, ${surely} of them surely; by their seeds: ${worlds.join(', ')}${left}`;
    });
