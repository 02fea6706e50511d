/**
 * The paper's figure reproduced, and ours against it, its parts, a bound and hostile worlds:
 * npm run --silent bench:paper -- [--json] [--quick] [--only PART[,PART]] [--csv FILE]
 * Parts: reproduction headline traces days hostile ablation resize escape, and fit, which runs only where it is named. Simulated throughout, on all cores. --csv names another figure of the same
 * shape as the shared one. docs/results.md tells what each figure means.
 */
import { parseArgs } from 'node:util';
import { figureMaker, report, type Figure } from './figures.ts';
import { ablationFigures } from './paper/ablation.ts';
import type { Context } from './paper/context.ts';
import { daysFigures } from './paper/days.ts';
import { escapeFigures } from './paper/escape.ts';
import { fitFigures } from './paper/fit.ts';
import { headlineFigures } from './paper/headline.ts';
import { hostileFigures } from './paper/hostile.ts';
import { Pool } from './paper/pool.ts';
import { resizeFigures } from './paper/resize.ts';
import { reproductionFigures } from './paper/reproduction.ts';
import { readFigure, SHARED_CSV, type Series } from './paper/series.ts';
import { traceFigures } from './paper/traces.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    csv: { type: 'string' },
  },
});

const command = `npm run --silent bench:paper -- --json${values.quick ? ' --quick' : ''}`;
const HOSTILE_WORLDS = 30;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** The first and the last rate of the first series. */
const quickly = ([first]: readonly Series[]): Series[] => (first ? [{ ...first, points: [first.points[0]!, first.points.at(-1)!] }] : []);

const PARTS: Readonly<Record<string, (context: Context, figure: readonly Series[]) => Promise<Figure[]>>> = {
  reproduction: reproductionFigures,
  headline: headlineFigures,
  traces: traceFigures,
  days: daysFigures,
  hostile: hostileFigures,
  ablation: ablationFigures,
  resize: resizeFigures,
  escape: escapeFigures,
};

/** Asked for by name only. */
const ASIDE: typeof PARTS = { fit: fitFigures };
const ALL = { ...PARTS, ...ASIDE };

function wanted(): string[] {
  const names = values.only?.split(',') ?? Object.keys(PARTS);
  for (const name of names) if (!ALL[name]) throw new Error(`no part ${name}; there are ${Object.keys(ALL).join(', ')}`);
  return names;
}

const drawn = readFigure(values.csv ?? SHARED_CSV);
if (!drawn)
  process.stderr.write(`The paper's figure does not lie in ${String(values.csv ?? SHARED_CSV)}: there is nothing to compare with.\n`);
const pool = new Pool();
const context: Context = {
  pool,
  figure: figureMaker(command),
  seeds: upTo(values.quick ? 1 : 3),
  worlds: upTo(values.quick ? 2 : HOSTILE_WORLDS),
  quick: values.quick,
};
const figures: Figure[] = [];
try {
  for (const name of wanted()) figures.push(...(await ALL[name]!(context, drawn ? (values.quick ? quickly(drawn) : drawn) : [])));
} finally {
  await pool.close();
}
report(`the paper, reproduced and beaten; ${pool.simulated} simulations`, figures, { json: values.json, mode: 'simulated', seed: 1 });
