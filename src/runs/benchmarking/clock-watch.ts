import { energyOf } from '../../domain/units.ts';
import type { MeterLook } from './meter-reader.ts';

/** An applied clock this far from the lock is another clock. */
const MOVED_MHZ = 30;
/** Single readings may be wrong; what lasts longer than this part of all is no such thing. A lock that was just set has one reading to be applied. */
const TOLERATED_PART = 0.05;

const isOff = ({ limitedBy, lockedMhz, appliedMhz }: MeterLook): boolean =>
  limitedBy === null && lockedMhz !== null && Math.abs(appliedMhz - lockedMhz) > MOVED_MHZ;

const share = (looks: readonly MeterLook[], is: (look: MeterLook) => boolean): number => looks.filter(is).length / looks.length;

const percent = (part: number): string => `${Math.round(part * 100)} %`;

const ofInstance = (instance: string, looks: readonly MeterLook[]): string[] => {
  const hot = share(looks, ({ limitedBy }) => limitedBy === 'thermal');
  const moved =
    looks.filter((look, i) => isOff(look) && i > 0 && isOff(looks[i - 1]!) && looks[i - 1]!.lockedMhz === look.lockedMhz).length /
    looks.length;
  return [
    ...(hot > TOLERATED_PART ? [`${instance} slowed down for heat in ${percent(hot)} of all readings: cool it, then measure again`] : []),
    ...(moved > TOLERATED_PART
      ? [`The clock of ${instance} was not the one locked in ${percent(moved)} of all readings: something else sets it`]
      : []),
  ];
};

/** Why clocks make a run not valid: a thermal slowdown, or a clock that somebody else moved. A power cap is valid. */
export const clockReasons = (looks: readonly MeterLook[]): string[] =>
  [...new Set(looks.map(({ instance }) => instance))].flatMap((instance) =>
    ofInstance(
      instance,
      looks.filter((look) => look.instance === instance),
    ),
  );

/** A counter and the power beside it may differ by what sensors and five looks a second miss; more, and one of them is broken. */
const MOST_DISAGREEMENT = 0.25;
/** Over less than this, single readings decide. */
const LEAST_JUDGED_MS = 5000;

const disagreement = (instance: string, looks: readonly MeterLook[]): string[] => {
  const [first, last] = [looks[0]!, looks.at(-1)!];
  if (last.atMs - first.atMs < LEAST_JUDGED_MS) return [];
  const integratedJ = looks
    .slice(1)
    .reduce((sum, look, i) => sum + energyOf((look.powerW + looks[i]!.powerW) / 2, look.atMs - looks[i]!.atMs), 0);
  const countedJ = last.energyJ - first.energyJ;
  // A counter that fell was reset, and is found as that.
  if (countedJ < 0 || Math.abs(countedJ - integratedJ) <= MOST_DISAGREEMENT * Math.max(countedJ, integratedJ)) return [];
  return [
    `The meter of ${instance} disagrees with itself: its counter says ${countedJ.toFixed(0)} J, its power sums up to ${integratedJ.toFixed(0)} J`,
  ];
};

/** Why energy cannot be believed: a counter that stands still or jumps while the power beside it says otherwise. */
export const meterReasons = (looks: readonly MeterLook[]): string[] =>
  [...new Set(looks.map(({ instance }) => instance))].flatMap((instance) =>
    disagreement(
      instance,
      looks.filter((look) => look.instance === instance),
    ),
  );
