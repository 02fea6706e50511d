import type { RobustnessCheck, Sensitivity, TunedConfiguration, Tuning } from '../../domain/tuning.ts';
import { layoutText, settingsText } from '../../domain/tuning-text.ts';
import { number, percent, signed } from '../format.ts';

export const FRONT_HEADING = ['', 'GPUs', 'configuration', 'J/token', 'kept', 'at least', 'good/s', 'peak W'];
/** Columns of text. */
export const FRONT_TEXTS = 3;

const PERCENT_DIGITS = 2;

const configurationRow = (mark: string, one: TunedConfiguration): string[] => [
  mark,
  String(one.gpus),
  `${layoutText(one.choice)}; ${settingsText(one.choice)}`,
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
export const comparedRows = ({ recommended, baseline, runnerUp }: Tuning): string[][] => [
  configurationRow('pick', recommended),
  ...(runnerUp === null ? [] : [configurationRow('second', runnerUp.configuration)]),
  configurationRow('given', baseline),
];

export const frontRows = (tuning: Tuning): string[][] => tuning.pareto.map((one) => configurationRow(markOf(one, tuning, one.knee), one));

export const SENSITIVITY_HEADING = ['setting', 'chosen', 'instead', 'change', 'keeps the target'];
export const sensitivityRow = ({ setting, chosen, other, changePct, keeps }: Sensitivity): string[] => [
  setting,
  chosen,
  other,
  signed(changePct, 1, '%'),
  keeps ? 'yes' : 'no',
];

export const ROBUSTNESS_HEADING = ['under', 'J/token', 'saved', 'kept', 'keeps the target', 'worst tenth saved', 'worst tenth kept'];
export const robustnessRow = (check: RobustnessCheck): string[] => [
  check.name,
  number(check.joulesPerOutputToken, 3),
  number(check.savedPct, 1, '%'),
  percent(check.joint, PERCENT_DIGITS),
  check.keeps ? 'yes' : 'no',
  check.hostileWorlds === 0 ? '' : number(check.savedP10Pct, 1, '%'),
  check.hostileWorlds === 0 ? '' : percent(check.jointP10, PERCENT_DIGITS),
];
