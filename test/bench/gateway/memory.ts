import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figures.ts';
import type { Part } from './chunks.ts';
import type { RequestsResult } from './client/jobs.ts';
import type { Peer } from './peers/peer.ts';
import { slope } from '../slope.ts';

const KIB = 1024;
const IDLE_STREAMS = 1000;
const WARM_STREAMS = 20;
const SETTLE_MS = 1000;
/** Looks during the requests; the first ones see a compiler and pools that grow. */
const STEPS = 10;
const WARM_STEPS = 3;

type Collecting = Required<Pick<Peer, 'collect'>> & Peer;

const collecting = (peers: readonly Peer[]): Collecting | null =>
  (peers.find(({ name, collect }) => name === 'voltana' && collect !== undefined) as Collecting | undefined) ?? null;

const open = async ({ bench }: Part, port: number, streams: number): Promise<void> => {
  const { open: count } = await bench.job<{ open: number }>({ kind: 'hold', port, streams });
  await sleep(SETTLE_MS);
  if (count !== streams) throw new Error(`only ${count} of ${streams} streams opened`);
};

/** What a stream holds that says nothing, by the resident memory, sockets' buffers of the kernel aside. */
export const idle = async (part: Part): Promise<Figure[]> => {
  const voltana = collecting(part.peers);
  if (voltana === null) return [];
  // Compiles what it takes, and leaves no memory behind that the others could move into.
  await open(part, voltana.port, WARM_STREAMS);
  await part.bench.job({ kind: 'release' });
  await sleep(SETTLE_MS);
  const before = await voltana.collect();
  await open(part, voltana.port, IDLE_STREAMS);
  const during = await voltana.collect();
  await part.bench.job({ kind: 'release' });
  await sleep(SETTLE_MS);
  const each = (what: 'residentBytes' | 'heapBytes'): number => (during[what] - before[what]) / IDLE_STREAMS / KIB;
  return [
    part.figure('1000 idle streams: resident memory of each', each('residentBytes'), 'KiB', '<= 64', IDLE_STREAMS),
    part.figure('1000 idle streams: heap of each', each('heapBytes'), 'KiB', '<= 64', IDLE_STREAMS),
  ];
};

/** Memory after collections, while many requests pass. */
export const growth = async ({ bench, peers, requests, figure, say }: Part): Promise<Figure[]> => {
  const voltana = collecting(peers);
  if (voltana === null) return [];
  const looks = [];
  const step = Math.ceil(requests / STEPS);
  for (let i = 0; i < STEPS; i++) {
    const job = { kind: 'requests', port: voltana.port, concurrency: 128, stream: i % 2 === 1, count: step } as const;
    const { failed } = await bench.job<RequestsResult>(job);
    if (failed > 0) throw new Error(`${failed} requests failed`);
    const look = await voltana.collect();
    say(
      `${(i + 1) * step} requests: ${(look.residentBytes / KIB / KIB).toFixed(1)} MiB resident, ${(look.heapBytes / KIB / KIB).toFixed(1)} MiB heap`,
    );
    looks.push(look);
  }
  const later = looks.slice(WARM_STEPS);
  const n = step * STEPS;
  return [
    figure(`${n} requests: growth of the heap`, slope(later.map(({ heapBytes }) => heapBytes)) / step, 'B/req', '<= 8', n),
    figure(
      `${n} requests: growth of the resident memory`,
      slope(later.map(({ residentBytes }) => residentBytes)) / step,
      'B/req',
      '<= 64',
      n,
    ),
  ];
};
