import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure, figureMaker } from '../figures.ts';
import type { Asked } from './peers/asked.ts';
import { aiperf, guidellm, type Peer, type Told, type Where } from './peers/clients.ts';
import { MODEL, withEmulated } from './peers/emulated.ts';
import { makeTokenizer } from './peers/tokenizer.ts';
import { runJob } from './runs.ts';

const PEERS = [aiperf, guidellm];
/** A prefill of some 0.2 s: against it, the ms that a client takes to look at an answer is small. Half of the engine's time goes there. */
const ASKED = { requestsPerS: 2, promptTokens: 3072, maxTokens: 400 } as const;
/** What a client takes for next to nothing is its start. */
const START: Asked = { ...ASKED, requests: 2, maxTokens: 8 };
const US_PER_S = 1e6;

/** What a client says, and what each token took it. */
interface Measured extends Told {
  readonly usPerToken: number;
}

/** One client, and what a run of it took. */
type Run = (url: string, asked: Asked) => Promise<Told & { readonly cpuS: number }>;

const tokensOf = ({ requests, maxTokens }: Asked): number => requests * maxTokens;

const voltana: Run = async (url, asked) => {
  const measuredToMs = (1000 * asked.requests) / asked.requestsPerS;
  const job = { url, model: MODEL, ...asked, measuredFromMs: 0, measuredToMs, gapsFile: null };
  const { completed, measured, spanS, processCpuS, tokens } = await runJob(job);
  return { requests: completed, ttftMs: measured.ttft.mean!, tpotMs: measured.tpot.mean!, tokensPerS: tokens / spanS, cpuS: processCpuS };
};

const runOf =
  (peer: Peer, where: Omit<Where, 'url' | 'folder'>): Run =>
  async (url, asked) => {
    const folder = mkdtempSync(join(tmpdir(), `voltana-bench-load-${peer.name}-`));
    try {
      const cpuS = await peer.run({ ...where, url, folder }, asked);
      return { ...peer.read(folder), cpuS };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

/** A run of next to nothing, then the one that counts, on one engine; the difference is what tokens take. */
const measure = (run: Run, asked: Asked): Promise<Measured> =>
  withEmulated(async (url) => {
    const start = await run(url, START);
    const { cpuS, ...told } = await run(url, asked);
    if (told.requests !== asked.requests) throw new Error(`${told.requests} of ${asked.requests} requests were completed`);
    return { ...told, usPerToken: (US_PER_S * (cpuS - start.cpuS)) / (tokensOf(asked) - tokensOf(START)) };
  });

const offPct = (theirs: number, own: number): number => (100 * Math.abs(theirs - own)) / own;

type MakeFigure = ReturnType<typeof figureMaker>;

const agreement = (figure: MakeFigure, name: string, told: Measured, own: Measured, asked: Asked): Figure[] => [
  figure(`mean TTFT, ${name} against voltana`, offPct(told.ttftMs, own.ttftMs), '%', '<= 2', asked.requests),
  figure(`mean TPOT, ${name} against voltana`, offPct(told.tpotMs, own.tpotMs), '%', '<= 2', asked.requests),
  figure(`throughput, ${name} against voltana`, offPct(told.tokensPerS, own.tokensPerS), '%', '<= 2', asked.requests),
  figure(`processor time of a token, ${name}`, told.usPerToken, 'us', 'none', tokensOf(asked)),
  figure(`processor time of a token, voltana over ${name}`, own.usPerToken / told.usPerToken, 'times', '<= 1', tokensOf(asked)),
];

/** @param ok whether it is not there by choice; one that is there and did not get through is a failure */
const missing = (figure: MakeFigure, { name }: Peer, reason: string, ok = true): Figure[] =>
  ['mean TTFT', 'mean TPOT', 'throughput', 'processor time of a token'].map((what) => ({
    ...figure(`${what}, ${name} against voltana`, 0, '%', 'none', 0),
    value: null,
    reason,
    ok,
  }));

const reasonWhyNot = ({ name }: Peer, venv: string | null): string | null => {
  if (venv === null) return 'VOLTANA_BENCH_LOAD_PEERS names no Python environment';
  return existsSync(join(venv, 'bin', name)) ? null : `${venv} has no ${name}`;
};

interface Options {
  /** A Python environment that has the peers; null for none. */
  readonly venv: string | null;
  readonly requests: number;
  readonly say: (text: string) => void;
}

const compare = async (figure: MakeFigure, peers: readonly Peer[], venv: string, { requests, say }: Options): Promise<Figure[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-load-peers-'));
  const asked: Asked = { ...ASKED, requests };
  try {
    const tokenizer = await makeTokenizer(venv, folder);
    const own = await measure(voltana, asked);
    say(`voltana: ${JSON.stringify(own)}`);
    const figures = [figure('processor time of a token, voltana', own.usPerToken, 'us', 'none', tokensOf(asked))];
    const beside = async (peer: Peer): Promise<Figure[]> => {
      const told = await measure(runOf(peer, { venv, tokenizer }), asked);
      say(`${peer.name}: ${JSON.stringify(told)}`);
      return agreement(figure, peer.name, told, own, asked);
    };
    for (const peer of peers) {
      figures.push(...(await beside(peer).catch((error: Error) => missing(figure, peer, error.message, false))));
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What other clients say of the same emulated endpoint, one after the other in one run. */
export const peers = async (figure: MakeFigure, options: Options): Promise<Figure[]> => {
  const { venv } = options;
  const here = PEERS.filter((peer) => reasonWhyNot(peer, venv) === null);
  const figures = PEERS.filter((peer) => !here.includes(peer)).flatMap((peer) => missing(figure, peer, reasonWhyNot(peer, venv)!));
  return here.length === 0 ? figures : [...(await compare(figure, here, venv!, options)), ...figures];
};
