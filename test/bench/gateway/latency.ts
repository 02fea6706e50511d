import type { Figure } from '../figures.ts';
import { Rounds } from './bench.ts';
import type { Part } from './chunks.ts';
import type { StreamsJob, StreamsResult } from './client/jobs.ts';

const LOAD = { streams: 500, events: 160, everyMs: 50, openOverMs: 2000 } as const;
const US_PER_MS = 1000;
const DIRECT = 'direct';

/** What a relay adds to the time of a chunk, at 500 streams of 20 tokens/s: the same load without one comes in between. */
export const latency = async ({ bench, peers, rounds, figure, say }: Part): Promise<Figure[]> => {
  const seen = new Rounds();
  const places = [{ name: DIRECT, port: bench.engines.decode[0]! }, ...peers];
  for (let round = 0; round < rounds; round++) {
    for (const { name, port } of places) {
      const job: StreamsJob = { kind: 'streams', port, ...LOAD };
      const { failed, p50Us, p99Us } = await bench.job<StreamsResult>(job);
      say(`${name}: p50 ${p50Us} us, p99 ${p99Us} us, ${failed} failed`);
      if (failed > 0) throw new Error(`${name} failed ${failed} streams`);
      seen.add(name, 'p50Ms', p50Us / US_PER_MS);
      seen.add(name, 'p99Ms', p99Us / US_PER_MS);
    }
  }
  const n = LOAD.streams * LOAD.events * rounds;
  const added = (name: string, what: string): number => seen.median(name, what) - seen.median(DIRECT, what);
  const limitOf = (name: string): string => (name === 'voltana' ? '<= 1' : 'none');
  return [
    figure('500 streams of 20/s: p50 of a chunk, direct', seen.median(DIRECT, 'p50Ms'), 'ms', 'none', n),
    figure('500 streams of 20/s: p99 of a chunk, direct', seen.median(DIRECT, 'p99Ms'), 'ms', 'none', n),
    ...peers.flatMap(({ name }) => [
      figure(`500 streams of 20/s: added p50 of a chunk, ${name}`, added(name, 'p50Ms'), 'ms', 'none', n),
      figure(`500 streams of 20/s: added p99 of a chunk, ${name}`, added(name, 'p99Ms'), 'ms', limitOf(name), n),
    ]),
  ];
};
