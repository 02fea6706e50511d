import { max, mean, min } from 'simple-statistics';
import { missesIn, type Miss } from '../../../src/prediction/calibration/errors.ts';
import type { Figure } from '../figures.ts';
import type { Case } from './sources.ts';
import { errorsPct, type MakeFigure } from './tables.ts';

const CLOCKS = ['210 MHz', '690 MHz', '1410 MHz'];
const PHASES = ['decode', 'prefill'];
const CLOSE_POINTS = 6;
const HUNDRED = 100;

/** Prompts and contexts of the loads that differ in nothing but the batch, 1 to 32. */
const SAME_LENGTH = /^\w+ (1|2|4|8|16|32) x 128 /;

/**
 * How far the measurement's own rows are apart: the energy ratio of batches 1 to 32. The operators behind it are nearly the same, so a
 * model that draws one curve through them must miss some by half of this.
 */
const spreadPoints = (misses: readonly Miss[]): number => {
  const ratios = misses.filter(({ observation }) => SAME_LENGTH.test(observation.what)).map(({ observation }) => observation.measured);
  return HUNDRED * (max(ratios) - min(ratios));
};

/** Energy of an iteration relative to that at 1170 MHz, by phase and clock: each row counts. */
export function energyFigures(figure: MakeFigure, { card, tables, surroundings }: Case): Figure[] {
  const misses = tables.flatMap((table) => missesIn(card, table, surroundings));
  const ratios = misses.filter(({ observation }) => observation.quantity === 'energy ratio');
  return PHASES.flatMap((phase) =>
    CLOCKS.flatMap((clock) => {
      const rows = ratios.filter(({ observation: { what, groups } }) => what.startsWith(phase) && groups.clock === clock);
      const off = errorsPct(rows);
      const close = off.filter((points) => points <= CLOSE_POINTS);
      const name = `energy against 1170 MHz, ${phase} ${clock}`;
      return [
        figure(`${name}: worst load`, max(off), 'points', `<= ${CLOSE_POINTS}`, off.length),
        figure(`${name}: mean error`, mean(off), 'points', 'none', off.length),
        figure(`${name}: loads within ${CLOSE_POINTS} points`, (HUNDRED * close.length) / off.length, '%', 'none', off.length),
        figure(`${name}: spread of the measurement`, spreadPoints(rows), 'points', 'none', off.length),
      ];
    }),
  );
}
