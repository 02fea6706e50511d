/**
 * What the gateway costs, beside others that relay the same streams at the same time of day:
 * npm run --silent bench:gateway -- [--json] [--only chunks,requests,latency,idle,growth,workers] [--peers voltana,bare,nginx,sglang-router,vllm-router] [--rounds N] [--requests N]
 * One scripted engine and one load generator, each in a process of its own; peers take turns, round by round. Processor time is that of the
 * peer's processes (user and system, all threads), ratios are medians of the rounds' ratios. Needs a build. nginx is taken from its usual
 * places or VOLTANA_BENCH_NGINX; the Rust routers from the Python environment VOLTANA_BENCH_PEERS, made by
 * `python3 -m venv FOLDER && FOLDER/bin/pip install sglang-router vllm-router`. What is missing is left out, and said so.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { figureMaker, report, type Figure } from './figures.ts';
import { Bench } from './gateway/bench.ts';
import { chunks, type Part } from './gateway/chunks.ts';
import { latency } from './gateway/latency.ts';
import { growth, idle } from './gateway/memory.ts';
import { startPeers } from './gateway/peers.ts';
import { requests } from './gateway/requests.ts';
import { workers } from './gateway/workers.ts';

const PARTS: Readonly<Record<string, (part: Part) => Promise<Figure[]>>> = { chunks, requests, latency, idle, growth, workers };

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '100000' },
  },
});

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const [load] = loadavg() as [number];
if (load > availableParallelism() / 2) say(`others keep ${load.toFixed(1)} processors busy here: rates and latencies are theirs, too`);

const bench = await new Bench().start();
const peers = await startPeers(bench.engines, values.peers === undefined ? null : new Set(values.peers.split(',')), say);
const figures: Figure[] = [];
try {
  const figure = figureMaker('npm run --silent bench:gateway -- --json');
  const part: Part = { bench, peers, rounds: Number(values.rounds), requests: Number(values.requests), figure, say };
  for (const name of values.only.split(',')) {
    const run = PARTS[name];
    if (run === undefined) throw new Error(`no part is called ${name}: there are ${Object.keys(PARTS).join(', ')}`);
    say(name);
    figures.push(...(await run(part)));
  }
} finally {
  await Promise.all(peers.map((peer) => peer.stop()));
  await bench.stop();
}
report('gateway', figures, { json: values.json, mode: 'measured', seed: 1 });
