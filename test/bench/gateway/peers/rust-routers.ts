import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, Started, untilListening } from '../processes.ts';
import { url, type Engines, type Peer } from './peer.ts';

/** A virtual environment with `sglang-router` and `vllm-router` of PyPI. */
const FOLDER = process.env['VOLTANA_BENCH_PEERS'];

const READY_WITHIN_MS = 60_000;
const BODY = JSON.stringify({ model: 'bench-model', prompt: 'one', max_tokens: 1, stream: false });

/** It takes requests only once it has asked all engines how they are. */
const untilServing = async (port: number, router: Started, who: string): Promise<void> => {
  let last = '';
  for (const untilMs = Date.now() + READY_WITHIN_MS; Date.now() < untilMs; await sleep(250)) {
    if (router.child.exitCode !== null) throw new Error(`${who} ended: ${router.stderr}`);
    try {
      const answer = await fetch(`${url(port)}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: BODY,
      });
      last = `${answer.status} ${(await answer.text()).slice(0, 300)}`;
      if (answer.status === 200) return;
    } catch (error) {
      last = String(error);
    }
  }
  throw new Error(`${who} serves nothing: ${last} ${router.stderr}`);
};

/** Its processes: the launcher stays as the router's own, or begins one. */
const start = async (name: string, module: string, flags: (engines: Engines) => string[], engines: Engines): Promise<Peer | null> => {
  const python = `${FOLDER}/bin/python`;
  if (FOLDER === undefined || !existsSync(python)) return null;
  const port = await freePort();
  const own = ['--host', '127.0.0.1', '--port', String(port), '--prometheus-port', String(await freePort())];
  const same = ['--policy', 'round_robin', '--max-concurrent-requests', '8192', '--queue-size', '8192'];
  const router = new Started(python, ['-m', module, ...own, ...same, ...flags(engines)], { RUST_LOG: 'error' });
  try {
    await untilListening(port, `${name}: ${router.stderr}`, READY_WITHIN_MS);
    await untilServing(port, router, name);
  } catch (error) {
    await router.stop();
    throw error;
  }
  return { name, port, pids: [router.pid], pairs: true, stop: () => router.stop() };
};

const decodes = ({ decode }: Engines): string[] => decode.flatMap((port) => ['--decode', url(port)]);

export const startSglangRouter = (engines: Engines): Promise<Peer | null> =>
  start(
    'sglang-router',
    'sglang_router.launch_router',
    (all) => [
      '--log-level',
      'error',
      '--pd-disaggregation',
      ...all.prefill.flatMap((port) => ['--prefill', url(port), '8998']),
      ...decodes(all),
    ],
    engines,
  );

export const startVllmRouter = (engines: Engines): Promise<Peer | null> =>
  start(
    'vllm-router',
    'vllm_router.launch_router',
    (all) => [
      '--log-level',
      'error',
      '--vllm-pd-disaggregation',
      ...all.prefill.flatMap((port) => ['--prefill', url(port)]),
      ...decodes(all),
    ],
    engines,
  );
