import type { ServedTier, ServingWay, TuningTiers } from '../../domain/tuning-tiers.ts';
import { layoutText, settingsText } from '../../domain/tuning-text.ts';
import { number, percent } from '../format.ts';

const PERCENT_DIGITS = 2;
const WAYS: Readonly<Record<ServingWay['way'], string>> = { apart: 'apart', 'as-interactive': 'as interactive' };

export const TIERS_HEADING = ['way', 'requests', 'GPUs', 'configuration', 'J/token', 'W', 'kept', 'at least', 'deadline'];
/** Columns of text; the figures of a way's fleets stand in lines of their own. */
export const TIERS_TEXTS = 4;

const tierRow = (way: ServingWay['way'], one: ServedTier): string[] => [
  WAYS[way],
  one.tier,
  String(one.gpus),
  `${layoutText(one.choice)}; ${settingsText(one.choice)}`,
  number(one.joulesPerOutputToken, 3),
  number(one.meanPowerW, 0),
  percent(one.attainment, PERCENT_DIGITS),
  percent(one.lowerBound, PERCENT_DIGITS),
  one.deadlineS === null ? '' : number(one.deadlineS, 0, 's'),
];

export const tierRows = ({ ways }: TuningTiers): string[][] => ways.flatMap(({ way, served }) => served.map((one) => tierRow(way, one)));

/** What is said of both tiers, the recommended way first. */
export function tierTexts({ workload, rate, deadlineS, target, planned, recommended, ways, howToRoute, reasons }: TuningTiers): string[] {
  const first = ways.filter(({ way }) => way === recommended);
  return [
    `Beside it ${number(rate, 3)} requests/s of ${workload} must end within ${number(deadlineS, 0)} s for ${percent(target)}; least is to serve them ${WAYS[recommended]}.`,
    ...[...first, ...ways.filter((way) => !first.includes(way))].map(({ text }) => text),
    planned.text,
    ...howToRoute,
    ...reasons,
  ];
}
