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
