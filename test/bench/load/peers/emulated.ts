import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Started } from '../../gateway/processes.ts';

const RUN = new URL('../../../../bin/run.js', import.meta.url).pathname;

/** One engine that does prefill and decode, so that a client can speak to it without a gateway. */
const CLUSTER = `
schemaVersion: 1
kind: cluster
name: bench-load
gpu: a100-sxm4-80gb
model: llama-3.1-8b
tp: 1
slo: { ttftMs: 1000, itlMs: 50 }
engine: { kind: emulated, card: sglang-like }
launcher: { kind: local }
instances:
  - { id: a0, role: aggregated, gpus: [gpu0], seed: 101 }
gateway: { host: 127.0.0.1 }
control: { governor: max, routing: eco, minClockMhz: 390, maxTransitionsPerS: 2, leaseTtlMs: 5000 }
`;

export const MODEL = 'llama-3.1-8b';

/** Our own settings are no settings of the engine's. */
const PLAIN = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith('VOLTANA_'))
    .map((name) => [name, undefined]),
);

interface Ready {
  readonly instances: readonly { readonly url: string }[];
}

/** `voltana emulate`, fresh for each client: what one left behind in it, none of the others finds. */
export const withEmulated = async <T>(use: (url: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-load-cluster-'));
  const cluster = join(folder, 'cluster.yaml');
  writeFileSync(cluster, CLUSTER);
  const engine = new Started(process.execPath, [RUN, 'emulate', '--cluster', cluster, '--json'], PLAIN);
  try {
    const { instances } = await engine.document<Ready>();
    return await use(instances[0]!.url);
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
