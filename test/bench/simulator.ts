/**
 * How fast the simulator is, and whether it agrees with the emulated cluster:
 * npm run --silent bench:simulator -- [--json] [--only speed,scale,vidur,agreement] [--requests N] [--policy-requests N] [--ten-times]
 * Requests of azure-conv-2023 at 60 % of what `max` with `least-requests` serves on 8P8D of the A100 card, each run in a process of its own.
 * The comparison with vidur needs a Python that has it, named by VOLTANA_VIDUR_PYTHON; the agreement needs a build.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { figureMaker, report, type Figure } from './figures.ts';
import { agreement } from './simulator/agreement.ts';
import { oneRun, type OneRun } from './simulator/spawned.ts';
import { hasVidur, vidurRun } from './simulator/vidur.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: 'speed,scale,vidur,agreement' },
    requests: { type: 'string', default: '1000000' },
    'policy-requests': { type: 'string' },
    'ten-times': { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const policyRequests = Number(values['policy-requests'] ?? values.requests);
const parts = new Set(values.only.split(','));
const figure = figureMaker('npm run --silent bench:simulator -- --json');

const PAIRS = 8;
const LOAD = 0.6;
const ATTAINED = 0.99;
const MILLION = 1e6;
/** Requests of which a wall clock second of vidur's makes some hundred. */
const VIDUR_REQUESTS = 1000;

/** The largest rate that keeps 99 % of the requests within both SLOs, to 2 %. */
async function capacityPerS(): Promise<number> {
  let [low, high] = [20, 160];
  while (high / low > 1.02) {
    const rate = Math.sqrt(low * high);
    const { joint } = await oneRun({ requests: 8000, rate, pairs: PAIRS });
    if (joint >= ATTAINED) low = rate;
    else high = rate;
  }
  return low;
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Limits are for a million requests, and so are the figures: fewer are scaled up. */
const perMillion = (seconds: number, of: number): number => (seconds * MILLION) / of;

const runFigures = (name: string, run: OneRun, of: number, limitS: string): Figure[] => [
  figure(`${name}: wall clock per million requests`, perMillion(run.wallS, of), 's', limitS, of),
  figure(`${name}: processor time per million requests`, perMillion(run.cpuS, of), 's', 'none', of),
  figure(`${name}: peak memory`, run.rssMiB, 'MiB', '<= 1024', of),
  figure(`${name}: not completed`, of - run.completed, 'requests', '<= 0', of),
];

async function speed(rate: number): Promise<Figure[]> {
  say('max + least-requests');
  const baseline = await oneRun({ requests, rate, pairs: PAIRS });
  const alone = await oneRun({ requests, rate, pairs: PAIRS, tally: false });
  say('slo + eco');
  const policies = await oneRun({ governor: 'slo', routing: 'eco', requests: policyRequests, rate, pairs: PAIRS });
  return [
    ...runFigures('max + least-requests', baseline, requests, '<= 20'),
    figure('the same without a tally: wall clock per million requests', perMillion(alone.wallS, requests), 's', 'none', requests),
    figure('the same without a tally: processor time per iteration', (1e6 * alone.cpuS) / alone.iterations, 'us', 'none', alone.iterations),
    ...runFigures('slo + eco', policies, policyRequests, '<= 60'),
  ];
}

async function scale(rate: number): Promise<Figure[]> {
  const small = await oneRun({ requests: requests / 10, rate, pairs: PAIRS });
  const large = await oneRun({ requests: values['ten-times'] ? 10 * requests : requests, rate, pairs: PAIRS });
  const times = values['ten-times'] ? 100 : 10;
  const thousand = await oneRun({ requests: 20_000, rate: (rate * 500) / PAIRS, pairs: 500 });
  return [
    figure(`processor time of ${times} times the requests, per ten times`, (large.cpuS / small.cpuS) * (10 / times), 'times', '<= 11', 2),
    figure(`peak memory of ${times} times the requests`, large.rssMiB / small.rssMiB, 'times', 'none', 2),
    figure('1000 instances, 20 000 requests: wall clock', thousand.wallS, 's', 'none', 20_000),
    figure('1000 instances, 20 000 requests: not completed', 20_000 - thousand.completed, 'requests', '<= 0', 20_000),
  ];
}

async function besideVidur(rate: number): Promise<Figure[]> {
  if (!(await hasVidur())) {
    say('no vidur: VOLTANA_VIDUR_PYTHON names no Python that has it, so there is no comparison');
    return [];
  }
  const theirs = await vidurRun(VIDUR_REQUESTS, rate, 2 * PAIRS);
  // Ours is over too soon to be timed with as few: start-up of the compiler is most of it.
  const ours = await oneRun({ requests: 100 * VIDUR_REQUESTS, rate, pairs: PAIRS });
  const [theirMs, ourMs] = [theirs.wallS / VIDUR_REQUESTS, ours.wallS / (100 * VIDUR_REQUESTS)].map((seconds) => 1000 * seconds) as [
    number,
    number,
  ];
  return [
    figure('vidur 0.0.26: wall clock per request', theirMs, 'ms', 'none', VIDUR_REQUESTS),
    figure('voltana: wall clock per request', ourMs, 'ms', 'none', 100 * VIDUR_REQUESTS),
    figure('vidur over voltana, wall clock', theirMs / ourMs, 'times', '>= 100', VIDUR_REQUESTS),
    figure(
      'vidur over voltana, processor time',
      theirs.cpuS / VIDUR_REQUESTS / (ours.cpuS / (100 * VIDUR_REQUESTS)),
      'times',
      'none',
      VIDUR_REQUESTS,
    ),
  ];
}

/** It checks queueing code only: both sides run the same model of iterations. */
async function agreeing(): Promise<Figure[]> {
  say('the emulated cluster, twice over HTTP: about two minutes');
  const { energyPct, gapP50Pct, ttftP90Pct, requests: n } = await agreement();
  return [
    figure('queueing only, against processes over HTTP: energy', energyPct, '%', '<= 3', n),
    figure('queueing only, against processes over HTTP: gap p50', gapP50Pct, '%', '<= 3', n),
    figure('queueing only, against processes over HTTP: TTFT p90', ttftP90Pct, '%', '<= 10', n),
  ];
}

const [load] = loadavg() as [number];
if (load > availableParallelism() / 2)
  say(`others keep ${load.toFixed(1)} processors busy here: wall clocks, and whatever runs over HTTP, are theirs, too`);

const figures: Figure[] = [];
if (['speed', 'scale', 'vidur'].some((part) => parts.has(part))) {
  const capacity = await capacityPerS();
  const rate = LOAD * capacity;
  say(`${capacity.toFixed(1)} requests/s are what 8P8D serve; simulated at ${rate.toFixed(1)}/s`);
  figures.push(figure('capacity of 8P8D, max + least-requests', capacity, '1/s', 'none', 8000));
  if (parts.has('vidur')) figures.push(...(await besideVidur(rate)));
  if (parts.has('speed')) figures.push(...(await speed(rate)));
  if (parts.has('scale')) figures.push(...(await scale(rate)));
}
if (parts.has('agreement')) figures.push(...(await agreeing()));
report('simulator', figures, { json: values.json, mode: 'measured', seed: 1 });
