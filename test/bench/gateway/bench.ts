import type { Job } from './client/jobs.ts';
import type { Engines, Peer } from './peers/peer.ts';
import { cpuS, startScript, type Started } from './processes.ts';

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** Engine, load and peers, each in processes of its own. */
export class Bench {
  readonly #engine: Started;
  readonly #client: Started;
  engines: Engines = { prefill: [], decode: [] };

  constructor() {
    this.#engine = startScript('engine.ts');
    this.#client = startScript('client.ts');
  }

  async start(): Promise<this> {
    this.engines = await this.#engine.line<Engines>();
    return this;
  }

  async job<T>(job: Job): Promise<T> {
    this.#client.send(job);
    return this.#client.line<T>();
  }

  /** Runs a job and says what processor time the peer took for it. */
  async timed<T>(peer: Peer, job: Job): Promise<T & { readonly cpuS: number }> {
    const before = spentS(peer);
    const result = await this.job<T>(job);
    return { ...result, cpuS: spentS(peer) - before };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#client.stop(), this.#engine.stop()]);
  }
}

const spentS = ({ pids }: Peer): number => pids.reduce((sum, pid) => sum + cpuS(pid), 0);

/** Figures of each peer, round by round: peers take turns, so that whatever else runs on the machine hits all of them. */
export class Rounds {
  readonly #values = new Map<string, Map<string, number[]>>();

  add(peer: string, what: string, value: number): void {
    const ofPeer = this.#values.get(peer) ?? new Map<string, number[]>();
    this.#values.set(peer, ofPeer.set(what, [...(ofPeer.get(what) ?? []), value]));
  }

  values(peer: string, what: string): readonly number[] {
    return this.#values.get(peer)?.get(what) ?? [];
  }

  median(peer: string, what: string): number {
    return median(this.values(peer, what));
  }

  /** The median of the ratios of each round. */
  ratio(peer: string, other: string, what: string): number {
    const others = this.values(other, what);
    return median(this.values(peer, what).map((value, i) => value / others[i]!));
  }

  /** Of those named, the peer whose median is the least, or the most. */
  best(peers: readonly string[], what: string, sense: 'least' | 'most'): string | null {
    const sorted = peers.filter((peer) => this.values(peer, what).length > 0).sort((a, b) => this.median(a, what) - this.median(b, what));
    return (sense === 'least' ? sorted[0] : sorted.at(-1)) ?? null;
  }
}
