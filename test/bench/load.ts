/**
 * What the open-loop client of a bench can drive, and whether others measure the same:
 * npm run --silent bench:load -- [--json] [--only speed,memory,peers] [--seconds N] [--tokens N] [--requests N]
 * A scripted endpoint sends 20 tokens a second on each stream, in a process of its own; each run of the client is a fresh process. The
 * peers, aiperf and guidellm, are taken from the Python environment VOLTANA_BENCH_LOAD_PEERS, made by
 * `python3 -m venv FOLDER && FOLDER/bin/pip install aiperf guidellm`. What is missing is null, and says why.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { figureMaker, report, type Figure } from './figures.ts';
import { memory } from './load/memory.ts';
import { peers } from './load/peers.ts';
import { speed } from './load/speed.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: 'speed,memory,peers' },
    seconds: { type: 'string', default: '12' },
    tokens: { type: 'string', default: '10000000' },
    requests: { type: 'string', default: '60' },
  },
});

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const figure = figureMaker('npm run --silent bench:load -- --json');
const venv = process.env['VOLTANA_BENCH_LOAD_PEERS'] ?? null;

const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  speed: () => speed(figure, Number(values.seconds), say),
  memory: () => memory(figure, Number(values.tokens), say),
  peers: () => peers(figure, { venv, requests: Number(values.requests), say }),
};

const [load] = loadavg() as [number];
if (load > availableParallelism() / 2) say(`others keep ${load.toFixed(1)} processors busy here: lateness and delays are theirs, too`);

const figures: Figure[] = [];
for (const name of values.only.split(',')) {
  const run = PARTS[name];
  if (run === undefined) throw new Error(`no part is called ${name}: there are ${Object.keys(PARTS).join(', ')}`);
  say(name);
  figures.push(...(await run()));
}
report('load', figures, { json: values.json, mode: 'measured', seed: 1 });
