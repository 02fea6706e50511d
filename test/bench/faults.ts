/**
 * Whether clocks are given back, and what the agent costs:
 * npm run --silent bench:faults -- [--json] [--only faults,added,socket,sampling,memory] [--seconds 60] [--seed 1]
 * The driver is a library of our own with NVML's names (test/fixtures/nvml, built with gcc), the agent is the built one, holders are processes;
 * the disk that fills is a small tmpfs, which takes root. Needs a build.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { figureMaker, report, type Figure } from './figures.ts';
import { added } from './faults/added.ts';
import { givenBack } from './faults/given-back.ts';
import { memory } from './faults/memory.ts';
import { sampling } from './faults/sampling.ts';
import { socket } from './faults/socket.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: 'faults,added,socket,sampling,memory' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
});

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const [load] = loadavg() as [number];
if (load > availableParallelism() / 2) say(`others keep ${load.toFixed(1)} processors busy here: latencies are theirs, too`);

const figure = figureMaker('npm run --silent bench:faults -- --json');
const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  faults: () => givenBack(figure, say, Number(values.seed)),
  added: () => added(figure),
  socket: () => socket(figure),
  sampling: () => sampling(figure, Number(values.seconds)),
  memory: () => memory(figure),
};
const figures: Figure[] = [];
for (const name of values.only.split(',')) {
  const run = PARTS[name];
  if (run === undefined) throw new Error(`no part is called ${name}: there are ${Object.keys(PARTS).join(', ')}`);
  say(name);
  figures.push(...(await run()));
}
report('faults', figures, { json: values.json, mode: 'measured', seed: Number(values.seed) });
