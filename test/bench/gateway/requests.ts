import type { Figure } from '../figures.ts';
import { Rounds } from './bench.ts';
import { RUST, type Part } from './chunks.ts';
import type { RequestsJob, RequestsResult } from './client/jobs.ts';

const CONCURRENCY = 128;
const COUNT = 4000;

const measured = async ({ bench, peers, rounds, say }: Part, stream: boolean): Promise<Rounds> => {
  const seen = new Rounds();
  // The first rounds warm connections and compilers.
  for (let round = -2; round < rounds; round++) {
    for (const peer of peers) {
      const job: RequestsJob = { kind: 'requests', port: peer.port, concurrency: CONCURRENCY, stream, count: COUNT };
      const result = await bench.timed<RequestsResult>(peer, job);
      say(`${peer.name}: ${(result.requests / result.cpuS).toFixed(0)} requests per processor second, ${result.failed} failed`);
      if (result.failed > 0) throw new Error(`${peer.name} failed ${result.failed} requests`);
      if (round < 0) continue;
      seen.add(peer.name, 'perCpuS', result.requests / result.cpuS);
      seen.add(peer.name, 'perS', result.requests / result.wallS);
    }
  }
  return seen;
};

const figuresOf = ({ peers, rounds, figure }: Part, seen: Rounds, how: string): Figure[] => {
  const legs = (pairs: boolean): string => (pairs ? 'two legs' : 'one leg');
  const each = peers.flatMap(({ name, pairs }) => [
    figure(`${how}: requests per processor second, ${name}, ${legs(pairs)}`, seen.median(name, 'perCpuS'), '1/s', 'none', rounds),
    figure(`${how}: rate, ${name}`, seen.median(name, 'perS'), '1/s', 'none', rounds),
  ]);
  const best = seen.best(RUST, 'perCpuS', 'most');
  if (best === null || !peers.some(({ name }) => name === 'voltana')) return each;
  const ratio = seen.ratio('voltana', best, 'perCpuS');
  return [
    ...each,
    figure(`${how}: requests per processor second, voltana over ${best}, the best Rust router`, ratio, 'times', '>= 0.5', rounds),
  ];
};

/** What a request costs that has next to no answer. */
export const requests = async (part: Part): Promise<Figure[]> => [
  ...figuresOf(part, await measured(part, false), 'one JSON answer'),
  ...figuresOf(part, await measured(part, true), 'a stream of one token'),
];
