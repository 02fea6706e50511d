import type { Figure, figureMaker } from '../figures.ts';
import { Rounds, type Bench } from './bench.ts';
import type { StreamsJob, StreamsResult } from './client/jobs.ts';
import type { Peer } from './peers/peer.ts';

export const RUST = ['sglang-router', 'vllm-router'];
const MILLION = 1e6;

export interface Part {
  readonly bench: Bench;
  readonly peers: readonly Peer[];
  readonly rounds: number;
  /** Over which memory is watched. */
  readonly requests: number;
  readonly figure: ReturnType<typeof figureMaker>;
  say(text: string): void;
}

const PACED = { streams: 100, events: 500, everyMs: 10, openOverMs: 500 } as const;
const RUSHED = { streams: 50, events: 4000, openOverMs: 0 } as const;
type Load = Omit<StreamsJob, 'kind' | 'port'>;

const measured = async ({ bench, peers, rounds, say }: Part, load: Load): Promise<Rounds> => {
  const seen = new Rounds();
  // The first round warms connections and compilers.
  for (let round = -1; round < rounds; round++) {
    for (const peer of peers) {
      const result = await bench.timed<StreamsResult>(peer, { kind: 'streams', port: peer.port, ...load });
      const cpuS = (result.cpuS * MILLION) / result.events;
      say(`${peer.name}: ${cpuS.toFixed(1)} s/M, ${result.reads} reads of ${result.events}, ${result.failed} failed`);
      if (result.failed > 0) throw new Error(`${peer.name} failed ${result.failed} streams`);
      if (round < 0) continue;
      seen.add(peer.name, 'cpuS', cpuS);
      seen.add(peer.name, 'perS', result.events / result.wallS);
    }
  }
  return seen;
};

const figuresOf = ({ peers, rounds, figure }: Part, seen: Rounds, how: string, limits: { readonly bare: string }): Figure[] => {
  const each = peers.flatMap(({ name }) => [
    figure(`${how}: processor time per million chunks, ${name}`, seen.median(name, 'cpuS'), 's', 'none', rounds),
    figure(`${how}: rate, ${name}`, seen.median(name, 'perS'), '1/s', 'none', rounds),
  ]);
  const over = (other: string, limit: string): Figure =>
    figure(`${how}: processor time per chunk, voltana over ${other}`, seen.ratio('voltana', other, 'cpuS'), 'times', limit, rounds);
  const best = seen.best(RUST, 'cpuS', 'least');
  const others = peers.map(({ name }) => name).filter((name) => name !== 'voltana');
  const ratios = others.map((name) => over(name, name === 'bare' ? limits.bare : 'none'));
  if (best !== null)
    ratios.push(
      figure(
        `${how}: processor time per chunk, voltana over the best Rust router`,
        seen.ratio('voltana', best, 'cpuS'),
        'times',
        'none',
        rounds,
      ),
    );
  return peers.some(({ name }) => name === 'voltana') ? [...each, ...ratios] : each;
};

/** What a chunk costs: one event in each write, as engines send them, and as many as the network takes at once. */
export const chunks = async (part: Part): Promise<Figure[]> => [
  ...figuresOf(part, await measured(part, PACED), 'one event a write', { bare: '<= 1.3' }),
  ...figuresOf(part, await measured(part, RUSHED), 'events in bulk', { bare: 'none' }),
];
