import { missesIn } from '../../../src/prediction/calibration/errors.ts';
import type { Figure } from '../figures.ts';
import type { Case } from './sources.ts';
import type { MakeFigure } from './tables.ts';

const STEPS = [
  [128, 136],
  [256, 264],
  [384, 392],
] as const;
const HUNDRED = 100;

/** By how much the linear layers take longer with one tile more, beside the measured step. */
export function stepFigures(figure: MakeFigure, { card, tables, surroundings }: Case): Figure[] {
  const misses = tables.filter(({ name }) => name === 'linear layers').flatMap((table) => missesIn(card, table, surroundings));
  const at = (tokens: number, tp: string): { readonly measuredMs: number; readonly modelMs: number } => {
    const { observation, errorPct } = misses.find(({ observation: { what } }) => what === `${tokens} tokens, ${tp}`)!;
    return { measuredMs: observation.measured, modelMs: observation.measured * (1 + errorPct / HUNDRED) };
  };
  return ['TP1', 'TP2'].flatMap((tp) =>
    STEPS.flatMap(([below, above]) => {
      const [low, high] = [at(below, tp), at(above, tp)];
      const measuredPct = HUNDRED * (high.measuredMs / low.measuredMs - 1);
      const modelPct = HUNDRED * (high.modelMs / low.modelMs - 1);
      const name = `step ${below} -> ${above} of the linear layers ${tp}`;
      return [
        figure(`${name}: off by`, Math.abs(modelPct - measuredPct), 'points', '<= 10', 2),
        figure(`${name}: measured`, measuredPct, '%', 'none', 2),
        figure(`${name}: model`, modelPct, '%', 'none', 2),
      ];
    }),
  );
}
