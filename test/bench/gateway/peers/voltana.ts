import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { planServe } from '../../../../src/compose/serving.ts';
import type { LaunchedInstance, Role } from '../../../../src/domain/instance.ts';
import type { ClusterFile } from '../../../../src/domain/cluster.ts';
import type { GatewaySpec } from '../../../../src/ports/gateway-launcher.ts';
import { MODEL } from '../engine/answers.ts';
import { Started } from '../processes.ts';
import { url, type Engines, type Peer } from './peer.ts';

const ROOT = new URL('../../../../', import.meta.url).pathname;
const COLLECTOR = new URL('collector.js', import.meta.url).pathname;
const BOOTSTRAP_PORT = 8998;

const idOf = (role: Role, i: number): string => `${role}-${i}`;
const ofEach = <T>(engines: Engines, make: (role: Role, port: number, i: number) => T): T[] => [
  ...engines.prefill.map((port, i) => make('prefill', port, i)),
  ...engines.decode.map((port, i) => make('decode', port, i)),
];

/** What somebody who attaches voltana to two SGLang pairs writes. */
const clusterOf = (engines: Engines): object => ({
  schemaVersion: 1,
  kind: 'cluster',
  name: 'bench',
  gpu: 'a100-sxm4-80gb',
  model: 'llama-3.1-8b',
  tp: 1,
  slo: { ttftMs: 600, itlMs: 60 },
  engine: { kind: 'sglang', model: MODEL },
  launcher: { kind: 'attach' },
  instances: ofEach(engines, (role, port, i) => ({
    id: idOf(role, i),
    role,
    gpus: [idOf(role, i)],
    url: url(port),
    ...(role === 'prefill' ? { bootstrapPort: BOOTSTRAP_PORT + i } : {}),
  })),
  gateway: { host: '127.0.0.1', port: 0 },
});

const launched = (engines: Engines): LaunchedInstance[] =>
  ofEach(engines, (role, port, i) => ({
    id: idOf(role, i),
    role,
    gpuCount: 1,
    endpoints: { url: url(port), ...(role === 'prefill' ? { bootstrapHost: '127.0.0.1', bootstrapPort: BOOTSTRAP_PORT + i } : {}) },
  }));

const specOf = async (engines: Engines): Promise<GatewaySpec> => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-'));
  const file = join(folder, 'cluster.json');
  writeFileSync(file, JSON.stringify(clusterOf(engines)));
  const none = { governor: undefined, routing: undefined, clocks: undefined, fitted: undefined, sloTtftMs: undefined, sloItlMs: undefined };
  try {
    const plan = await planServe({ cluster: file, ...none, gatewayPort: undefined, seed: 1, durationS: undefined });
    const { cluster, governor, routing, fixedMhz, cards, seed, warnings } = plan;
    return {
      cluster: cluster satisfies ClusterFile,
      instances: launched(engines),
      governor,
      routing,
      fixedMhz,
      fitted: null,
      ...(cards ? { cards } : {}),
      seed,
      warnings,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Memory {
  readonly residentBytes: number;
  readonly heapBytes: number;
}

/** The built gateway process, as `voltana serve` starts it. */
export const startVoltana = async (engines: Engines): Promise<Peer> => {
  const flags = (process.env['VOLTANA_BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
  const gateway = new Started(process.execPath, [...flags, '--import', COLLECTOR, join(ROOT, 'dist/processes/gateway.js')]);
  gateway.send(await specOf(engines));
  const ready = await gateway.line<{ ready: boolean; url?: string; message?: string }>();
  if (ready.url === undefined) throw new Error(ready.message ?? gateway.stderr);
  const said = createInterface({ input: gateway.child.stderr! });
  const collect = (): Promise<Memory> =>
    new Promise((resolve) => {
      const heard = (line: string): void => {
        if (!line.startsWith('{"residentBytes"')) return;
        said.off('line', heard);
        resolve(JSON.parse(line) as Memory);
      };
      said.on('line', heard);
      process.kill(gateway.pid, 'SIGUSR2');
    });
  return { name: 'voltana', port: Number(new URL(ready.url).port), pids: [gateway.pid], pairs: true, collect, stop: () => gateway.stop() };
};
