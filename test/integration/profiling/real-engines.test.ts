import { expect } from 'chai';
import { createEmulatedClocks } from '../../../src/adapters/clocks/emulated/driver.ts';
import { createMonitor } from '../../../src/adapters/engines/monitors.ts';
import { createEngineProbe } from '../../../src/adapters/engines/probe/probe.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { createAttachLauncher } from '../../../src/adapters/launch/attach/attach-launcher.ts';
import type { ClusterFile } from '../../../src/domain/cluster.ts';
import type { EngineRole } from '../../../src/domain/instance.ts';
import type { RecordedPoint, RecordedProfile } from '../../../src/domain/profile.ts';
import { emulatedDevice } from '../../../src/emulation/instance.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import { EMPTY_JOURNAL, journalHeader } from '../../../src/runs/profiling/journal-lines.ts';
import { ProfileJournal } from '../../../src/runs/profiling/journal.ts';
import type { RealProfileOptions } from '../../../src/runs/profiling/options.ts';
import { profileReal, type RealClocks } from '../../../src/runs/profiling/real.ts';
import { THOROUGH } from '../../../src/runs/profiling/settings.ts';
import { specOf, startEngine, type DialectName, type Node } from '../../fixtures/engines/emulated-node.ts';
import { memoryStore } from '../../fixtures/memory-store.ts';
import { cluster as shipped } from '../../fixtures/world/shipped.ts';
import { quantile } from '../../../src/statistics/quantile.ts';

const HEADER = {
  voltana: '0',
  createdAt: '2026-01-01T00:00:00Z',
  seed: 1,
  argv: [],
  environment: { node: '', platform: '', arch: '', cpus: 1 },
  evidence: 'measured',
} as const;
const GPU_SECONDS = 4;
/** A loaded machine should not cost a test its time. */
const QUICK = { ...THOROUGH, precisionPct: 3, minMs: 250, limitMs: 1000, idleMs: 150 };

interface Asked {
  readonly dialect: DialectName;
  readonly role: EngineRole;
  readonly phases: readonly ('prefill' | 'decode')[];
  readonly clocks: boolean;
}

const optionsFor = ({ dialect, role, phases }: Asked, node: Node): RealProfileOptions => {
  const { id, endpoints } = node.instance;
  const engine = { id, role, gpus: ['GPU-1'], url: endpoints.url };
  const cluster: ClusterFile = {
    ...shipped,
    name: 'attached',
    gpu: 'a-gpu-without-a-card',
    engine: {
      kind: dialect,
      servedModel: 'llama-3.1-8b',
      args: ['--api-key', 'hidden', '--max-num-batched-tokens', '8192', '--max-num-seqs', '8'],
    },
    launcher: { kind: 'attach' },
    instances: [engine],
    control: {},
  };
  const instances = phases.map((phase) =>
    role === 'aggregated' ? { ...engine, id: `${id}-${phase}`, role: phase, domain: id } : { ...engine, role: phase },
  );
  return {
    real: true,
    cluster,
    cards: null,
    instances,
    clocksMhz: [690, 1410],
    budgetGpuS: GPU_SECONDS,
    targetPct: 2,
    seed: 1,
  };
};

/** Profiles an emulated engine as a real one, told by its dialect alone. */
async function profiled(asked: Asked): Promise<{ readonly document: RecordedProfile; readonly journal: string; readonly node: Node }> {
  const node = await startEngine({ dialect: asked.dialect, role: asked.role, id: 'e0' });
  const options = optionsFor(asked, node);
  const { cluster } = options;
  const time = realTime();
  const monitor = createMonitor(cluster);
  const probe = createEngineProbe({ cluster, time, seed: 1 });
  const { store } = memoryStore({});
  let journal: ProfileJournal | null = null;
  const clocksFor = async (): Promise<RealClocks | null> => {
    if (!asked.clocks) return null;
    const { endpoints } = node.instance;
    const clocks = createEmulatedClocks([{ ...node.instance, id: 'e0', endpoints }], time);
    return { ...clocks, identity: async () => ({ devices: 'GPU-1 vbios 1', driver: 'nvml 570.1' }) };
  };
  const launcher = createAttachLauncher({
    engines: [{ id: 'e0', role: asked.role, gpuCount: 1, endpoints: { url: node.instance.endpoints.url }, gpus: ['GPU-1'] }],
    whenReady: (instance, signal) => monitor.ready(instance, { timeoutMs: 5000, signal }),
  });
  try {
    const document = await profileReal(
      {
        launcher,
        time,
        probe,
        clocksFor,
        openJournal: async (ground) => (journal = new ProfileJournal(store, 'p.journal.jsonl', journalHeader(ground), EMPTY_JOURNAL)),
      },
      { options, settings: QUICK, header: HEADER, signal: new AbortController().signal, onPoint: () => undefined },
    );
    await journal!.kept();
    return { document, journal: await store.read('p.journal.jsonl'), node };
  } finally {
    await Promise.all([monitor.close(), probe.close()]);
  }
}

const trueMs = ({ phase, batch, contextTokens, promptTokens }: RecordedPoint, clockMhz: number): number => {
  const prompts = Array.from({ length: batch }, () => ({ newTokens: promptTokens!, pastTokens: 0 }));
  const work = phase === 'prefill' ? prefillWork(prompts) : decodeWork(batch, batch * contextTokens!);
  return estimateIteration(emulatedDevice({ ...specOf(phase), id: 'e0' }), work, clockMhz).latencyMs;
};

const valid = ({ points }: RecordedProfile): RecordedPoint[] => points.filter((point) => point.valid);

const medianErrorPct = (points: readonly RecordedPoint[], clockOf: (point: RecordedPoint) => number): number =>
  quantile(
    points.map((point) => 100 * Math.abs(point.latencyMs / trueMs(point, clockOf(point)) - 1)),
    0.5,
  )!;

const loadOn = async ({ instance: { endpoints } }: Node) =>
  (await (await fetch(`${endpoints.controlUrl}/load`)).json()) as { running: number; waiting: number };

describe('profiling engines of their own', function () {
  this.timeout(60_000);
  let node: Node | null = null;
  afterEach(() => node?.close());

  const CASES: readonly Asked[] = [
    { dialect: 'sglang', role: 'decode', phases: ['decode'], clocks: true },
    { dialect: 'vllm', role: 'decode', phases: ['decode'], clocks: true },
    { dialect: 'vllm', role: 'prefill', phases: ['prefill'], clocks: true },
  ];
  for (const asked of CASES) {
    it(`${asked.dialect}, ${asked.role}: finds what the device takes at each clock, and gives its clock back`, async () => {
      const result = await profiled(asked);
      node = result.node;
      const points = valid(result.document);
      expect(points.length, JSON.stringify(result.document.points.map(({ reasons }) => reasons))).to.be.at.least(2);
      expect(medianErrorPct(points, ({ clockMhz }) => clockMhz!)).to.be.below(5);
      for (const point of points) expect(point.powerW).to.be.above(50);
      expect(result.document.idle.length).to.be.at.least(1);
      const { fingerprint } = result.document.provenance;
      expect(fingerprint)
        .to.include('e0:' + asked.role + ':GPU-1 vbios 1')
        .and.include('driver nvml 570.1');
      expect(fingerprint).to.include(`engine ${asked.dialect} 0.0.0+voltana-emulated`).and.include('--max-num-batched-tokens 8192');
      expect(fingerprint + result.journal).not.to.include('hidden');
      expect(await loadOn(node)).to.include({ running: 0, waiting: 0 });
      const gpu = (await (await fetch(`${node.instance.endpoints.controlUrl}/gpu`)).json()) as { lockedMhz: number | null };
      expect(gpu.lockedMhz).to.equal(null);
    });
  }

  it('without a clock driver, both phases of one engine: latencies at the clock that holds, and null for what nobody knows', async () => {
    const result = await profiled({ dialect: 'openai', role: 'aggregated', phases: ['prefill', 'decode'], clocks: false });
    node = result.node;
    const points = valid(result.document);
    expect(new Set(points.map(({ instance }) => instance))).to.deep.equal(new Set(['e0-prefill', 'e0-decode']));
    // Nobody locks it: it runs at its highest clock.
    expect(medianErrorPct(points, () => 1410)).to.be.below(8);
    for (const point of result.document.points)
      expect(point).to.include({ clockMhz: null, requestedClockMhz: null, powerW: null, energyJ: null });
    expect(result.document.idle).to.deep.equal([]);
    expect(result.document.provenance.fingerprint).to.include('driver none');
    expect(result.journal).to.include('"clocksMhz":[]').and.include('"powerW":null').and.not.include('"powerW":1,');
  });
});
