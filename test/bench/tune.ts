/**
 * `voltana tune`: how much is searched how fast, how good the pick is, and what it saves; simulated throughout, with the command's own modules:
 * npm run --silent bench:tune -- [--json] [--quick] [--only PART[,PART]] [--workers N]
 * Parts: search exhaustive layouts day live guard.
 */
import { parseArgs } from 'node:util';
import { figureMaker, report, type Figure } from './figures.ts';
import type { Context } from './tune/ground.ts';
import { dayFigures, layoutFigures } from './tune/layouts.ts';
import { guardFigures } from './tune/guard.ts';
import { liveFigures } from './tune/live.ts';
import { exhaustiveFigures, searchFigures } from './tune/search.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
});

const PARTS: Readonly<Record<string, (context: Context) => Promise<Figure[]>>> = {
  search: searchFigures,
  exhaustive: exhaustiveFigures,
  layouts: layoutFigures,
  day: dayFigures,
  live: liveFigures,
  guard: guardFigures,
};

const names = values.only?.split(',') ?? Object.keys(PARTS);
for (const name of names) if (!PARTS[name]) throw new Error(`no part ${name}; there are ${Object.keys(PARTS).join(', ')}`);

const command = `npm run --silent bench:tune -- --json${values.quick ? ' --quick' : ''}${values.only ? ` --only ${values.only}` : ''}`;
const context: Context = { figure: figureMaker(command), quick: values.quick, workers: Number(values.workers) };
const figures: Figure[] = [];
for (const name of names) figures.push(...(await PARTS[name]!(context)));
report('tune', figures, { json: values.json, mode: 'simulated', seed: 1 });
