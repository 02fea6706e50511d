/**
 * How often tests of two configurations err:
 * npm run --silent bench:statistics -- [--json] [--only ab,simulated,promise,compare,sketch] [--trials N] [--events N]
 * Everything is drawn from seeds: the figures do not depend on the machine. Minutes on one core.
 */
import { parseArgs } from 'node:util';
import { figureMaker, report, type Figure } from './figures.ts';
import { effectsOf, promiseKept, sharesOf, type Shape } from './statistics/ab-tests.ts';
import { simulatedWork } from './statistics/simulated-work.ts';
import { compareShares, type Repeats } from './statistics/single-runs.ts';
import { sketchRun, worstErrorPct } from './statistics/sketch.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: 'ab,simulated,promise,compare,sketch' },
    trials: { type: 'string', default: '1000' },
    events: { type: 'string', default: '10000000' },
  },
});
const trials = Number(values.trials);
const events = Number(values.events);
const figure = figureMaker('npm run --silent bench:statistics -- --json');

const EFFECT = 0.05;
/** The first is what `bench --ab` takes by itself. */
const SHAPES: readonly Shape[] = [
  { blocks: 8, periodsPerBlock: 2 },
  { blocks: 6, periodsPerBlock: 2 },
  { blocks: 12, periodsPerBlock: 2 },
  { blocks: 4, periodsPerBlock: 4 },
  // So many that intervals come from drawing blocks again.
  { blocks: 24, periodsPerBlock: 2 },
];
/** The largest draws thousands of orders for each trial, and its blocks as often. */
const countFor = ({ blocks }: Shape): number => (blocks > 12 ? Math.ceil(trials / 4) : trials);
const nameOf = ({ blocks, periodsPerBlock }: Shape): string => `A/B, ${blocks} blocks of ${periodsPerBlock}`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function ab(): Figure[] {
  return SHAPES.flatMap((shape) => {
    const [name, count] = [nameOf(shape), countFor(shape)];
    say(name);
    const equal = sharesOf(effectsOf({ shape, count }), 0);
    const changed = sharesOf(effectsOf({ shape, count, rig: { effect: EFFECT } }), 100 * EFFECT);
    return [
      figure(`${name}: equal arms, B called worse`, equal.worsePct, '%', '<= 5', count),
      figure(`${name}: equal arms, B called better`, equal.betterPct, '%', '<= 5', count),
      figure(`${name}: equal arms, interval holds 0`, equal.coveredPct, '%', 'none', count),
      figure(`${name}: 5 % more energy found`, changed.worsePct, '%', '>= 90', count),
    ];
  });
}

/** Minutes of the simulator in the place of made-up ones. */
function simulated(): Figure[] {
  say('simulated minutes');
  const POOL = 60;
  const pool = Array.from({ length: POOL }, (_, seed) => simulatedWork(seed, 'max', 60));
  const [shape, count] = [SHAPES[0]!, trials];
  const workOf = (trial: number, block: number) => pool[(7 * trial + block) % POOL]!;
  const equal = sharesOf(effectsOf({ shape, count, workOf }), 0);
  const changed = sharesOf(effectsOf({ shape, count, workOf, rig: { effect: EFFECT } }), 100 * EFFECT);
  const name = 'A/B over simulated minutes';
  return [
    figure(`${name}: equal arms, B called worse`, equal.worsePct, '%', '<= 5', count),
    figure(`${name}: equal arms, B called better`, equal.betterPct, '%', '<= 5', count),
    figure(`${name}: 5 % more energy found`, changed.worsePct, '%', '>= 90', count),
  ];
}

function promise(): Figure[] {
  return SHAPES.flatMap((shape) => {
    const count = countFor(shape);
    say(`${nameOf(shape)}: what it promises to find`);
    const { promisedPct, foundPct } = promiseKept({ shape, count });
    return [
      figure(`${nameOf(shape)}: change promised to be found (median)`, promisedPct, '%', 'none', count),
      figure(`${nameOf(shape)}: a change as promised, found`, foundPct, '%', 'none', count),
    ];
  });
}

const SIDES: Readonly<Record<string, Repeats>> = {
  'two single runs': [1, 1],
  'two runs of 5 repeats': [5, 5],
  'two runs of 8 repeats': [8, 8],
  '5 repeats and a single run': [5, 1],
  'a single run and 5 repeats': [1, 5],
};

/** A single run on a rig like this cannot be held to it: 90 % found would take more alarms than are allowed. */
const foundLimit = ([a, b]: Repeats): string => (Math.min(a, b) > 1 ? '>= 90' : 'none');

function compare(): Figure[] {
  return Object.entries(SIDES).flatMap(([sides, repeats]) => {
    const name = `compare, ${sides}`;
    say(name);
    const equal = compareShares(trials, repeats, 0);
    const changed = compareShares(trials, repeats, EFFECT);
    return [
      figure(`${name}: equal, called worse`, equal.worsePct, '%', '<= 5', trials),
      figure(`${name}: equal, called better`, equal.betterPct, '%', '<= 5', trials),
      figure(`${name}: 5 % more energy found`, changed.worsePct, '%', foundLimit(repeats), trials),
      figure(`${name}: 5 % more energy, inconclusive`, changed.inconclusivePct, '%', 'none', trials),
    ];
  });
}

async function sketch(): Promise<Figure[]> {
  say('token events through a sketch');
  const run = await sketchRun(events);
  return [
    figure('token gaps in a sketch: worst of p50 to p99.9, off by', worstErrorPct(run), '%', '<= 1', events),
    figure('token gaps in a sketch: peak memory of the process', run.rssMiB, 'MiB', '<= 256', events),
  ];
}

const PARTS: Readonly<Record<string, () => Figure[] | Promise<Figure[]>>> = { ab, simulated, promise, compare, sketch };
const figures: Figure[] = [];
for (const part of values.only.split(',')) {
  const run = PARTS[part];
  if (!run) throw new Error(`no part ${part}: ${Object.keys(PARTS).join(', ')}`);
  figures.push(...(await run()));
}
report('statistics', figures, { json: values.json, mode: 'simulated', seed: 0 });
