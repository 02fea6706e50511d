import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** The digitised figure that may lie beside the checkout. */
export const SHARED_CSV = new URL('../../../../shared/data/voltanallm_main_result_approx.csv', import.meta.url);

/** The figure's three curves. */
export const CURVES = ['1410', '1005', 'voltana'] as const;
export type Curve = (typeof CURVES)[number];

/** One request rate of one model on one data set. */
export interface FigurePoint {
  readonly model: string;
  readonly dataset: string;
  readonly ratePerS: number;
  readonly energyJ: Readonly<Record<Curve, number>>;
  readonly itlAttainedPct: Readonly<Record<Curve, number>>;
  readonly ttftAttainedPct: Readonly<Record<Curve, number>>;
}

export interface Series {
  readonly model: string;
  readonly dataset: string;
  /** Ascending by rate. */
  readonly points: readonly FigurePoint[];
}

type Row = Readonly<Record<string, string>>;

const numbers = (row: Row, before: string): Record<Curve, number> => {
  const of = (curve: Curve): number => {
    const value = Number(row[`${before}_${curve}`]);
    if (row[`${before}_${curve}`] === undefined || !Number.isFinite(value)) throw new Error(`no number in column ${before}_${curve}`);
    return value;
  };
  return { '1410': of('1410'), '1005': of('1005'), voltana: of('voltana') };
};

const pointOf = (row: Row): FigurePoint => ({
  model: row['model']!,
  dataset: row['dataset']!,
  ratePerS: Number(row['rps']),
  energyJ: numbers(row, 'energy_J'),
  itlAttainedPct: numbers(row, 'itl_attain_pct'),
  ttftAttainedPct: numbers(row, 'ttft_attain_pct'),
});

export function parseFigure(csvText: string): Series[] {
  const points = parse<Row>(csvText, { columns: true, skip_empty_lines: true, trim: true }).map(pointOf);
  const names = [...new Set(points.map(({ model, dataset }) => `${model}\n${dataset}`))];
  return names.map((name) => {
    const [model = '', dataset = ''] = name.split('\n');
    const own = points.filter((point) => point.model === model && point.dataset === dataset);
    return { model, dataset, points: own.sort((a, b) => a.ratePerS - b.ratePerS) };
  });
}

/** Null where the file does not lie beside the checkout. */
export const readFigure = (file: string | URL = SHARED_CSV): Series[] | null =>
  existsSync(file) ? parseFigure(readFileSync(file, 'utf8')) : null;
