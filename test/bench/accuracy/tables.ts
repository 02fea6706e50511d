import { max, mean } from 'simple-statistics';
import { missesIn, type Miss } from '../../../src/prediction/calibration/errors.ts';
import type { Table } from '../../../src/prediction/calibration/observation.ts';
import type { figureMaker, Figure } from '../figures.ts';
import type { Case } from './sources.ts';

export type MakeFigure = ReturnType<typeof figureMaker>;

/** Mean errors that the tables may have, in per cent. */
const LATENCY_LIMIT = '<= 12';
const LIMITS: Readonly<Record<string, string>> = {
  'clock sweep latency': '<= 8',
  'clock sweep power': '<= 6',
  'power by batch power': '<= 10',
};

export const errorsPct = (misses: readonly Miss[]): number[] => misses.map(({ errorPct }) => Math.abs(errorPct));

/** The linear layers of one GPU and of two are told apart; their scale is one. */
const partsOf = (table: Table, misses: readonly Miss[]): (readonly [name: string, misses: readonly Miss[]])[] =>
  table.name === 'linear layers'
    ? ['TP1', 'TP2'].map((tp) => [`${table.name} ${tp}`, misses.filter(({ observation }) => observation.groups.model.endsWith(tp))])
    : [[table.name, misses]];

/** What a table of another family needs a scale for: the scale, the error with it, and the error that would be left without. */
function scaleFigures(figure: MakeFigure, { card, surroundings }: Case, table: Table): Figure[] {
  const latencies = (one: Table): Miss[] =>
    missesIn(card, one, surroundings).filter(({ observation }) => observation.quantity === 'latency');
  const scaled = latencies(table);
  const unscaled = latencies({ ...table, ownScale: false });
  const n = scaled.length;
  return [
    figure(`${table.name} latency: scale`, scaled[0]!.scale, 'times', 'none', n),
    figure(`${table.name} latency: mean error with it`, mean(errorsPct(scaled)), '%', 'none', n),
    figure(`${table.name} latency: mean error at scale 1`, mean(errorsPct(unscaled)), '%', 'none', n),
  ];
}

function errorFigures(figure: MakeFigure, { card, surroundings }: Case, table: Table): Figure[] {
  const misses = missesIn(card, table, surroundings);
  return (['latency', 'power'] as const).flatMap((quantity) => {
    const same = misses.filter(({ observation }) => observation.quantity === quantity);
    if (same.length === 0) return [];
    return partsOf(table, same).flatMap(([part, ofPart]) => {
      const name = `${part} ${quantity}`;
      const off = errorsPct(ofPart);
      return [
        figure(`${name}: mean error`, mean(off), '%', LIMITS[name] ?? LATENCY_LIMIT, off.length),
        figure(`${name}: worst row`, max(off), '%', 'none', off.length),
      ];
    });
  });
}

/** Mean and worst error of each table. Energy ratios are told row by row elsewhere. */
export const tableFigures = (figure: MakeFigure, subject: Case): Figure[] =>
  subject.tables.flatMap((table) => errorFigures(figure, subject, table));

/** Tables of another family that helped to fit a card: of these it knows the shape alone, so they have a scale and no limit. */
export const borrowedFigures = (figure: MakeFigure, subject: Case): Figure[] =>
  subject.tables.filter(({ ownScale }) => ownScale).flatMap((table) => scaleFigures(figure, subject, table));
