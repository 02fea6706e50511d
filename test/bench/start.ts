/**
 * What a command costs before it does anything, against Node itself: npm run --silent bench:start -- [--json] [--rounds N] [--root DIR]
 * DIR is where voltana is installed, such as node_modules/voltana of the packed one; without it, this checkout.
 * One program after the other, round by round, so that a busy moment of the machine meets all of them alike.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { packageRoot } from '../../src/adapters/host/installation.ts';
import { figureMaker, report } from './figures.ts';

const WARM_UP_ROUNDS = 2;
const BARE = 'node -e 0';
const ESTIMATE = 'estimate --gpu a100-sxm4-80gb --model llama-3.1-8b --phase decode --batch 32 --context-tokens 1000 --clock 1005';
/** [arguments, times of bare Node that it may take at the most] */
const COMMANDS = [
  ['--help', '<= 2.2'],
  ['--version', '<= 2.2'],
  ['demo --help', 'none'],
  [ESTIMATE, 'none'],
] as const;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '20' },
    root: { type: 'string', default: packageRoot() },
  },
});
const run = join(resolve(values.root), 'bin', 'run.js');
const rounds = Math.max(3, Number(values.rounds) || 20);

const timeMs = (args: readonly string[]): number => {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - startedMs;
};

const programs = [['-e', '0'], ...COMMANDS.map(([args]) => [run, ...args.split(' ')])];
const timesMs = programs.map((): number[] => []);
for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
  programs.forEach((args, i) => {
    const taken = timeMs(args);
    if (round >= 0) timesMs[i]!.push(taken);
  });
}

const figure = figureMaker('npm run --silent bench:start -- --json');
const [bareMs = NaN, ...commandMs] = timesMs.map((times) => median(times));
const figures = COMMANDS.flatMap(([args, limit], i) => {
  const name = `voltana ${args.split(' --gpu')[0]}`;
  return [figure(name, commandMs[i]!, 'ms', 'none', rounds), figure(`${name} / ${BARE}`, commandMs[i]! / bareMs, 'times', limit, rounds)];
});
report('start-up, medians', [figure(BARE, bareMs, 'ms', 'none', rounds), ...figures], { json: values.json, mode: 'measured', seed: 0 });
