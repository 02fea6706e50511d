import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import { planServe, serveSteps } from '../../../../src/compose/serving.ts';
import type { ClusterFile } from '../../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { DeviceVariant, TuningChoice } from '../../../../src/domain/tuning.ts';
import { servePlan } from '../../../../src/reporting/serve-plan.ts';
import { validateFile } from '../../../../src/runs/configuring/validate-file.ts';
import { Library } from '../../../../src/runs/library.ts';
import { byHand, clusterOf } from '../../../../src/runs/tuning/cluster-of.ts';
import { CHOICE } from '../../../fixtures/tuning/choice.ts';
import { variants } from '../../../fixtures/tuning/ground.ts';
import { cluster as shipped } from '../../../fixtures/world/shipped.ts';

const slo = { ttftMs: 1000, itlMs: 50 };
const library = new Library(shippedProfiles(fileStore()), fileStore());
const REQUEST = {
  governor: undefined,
  routing: undefined,
  clocks: undefined,
  fitted: undefined,
  sloTtftMs: undefined,
  sloItlMs: undefined,
  gatewayPort: undefined,
  seed: 1,
  durationS: undefined,
};
const SSH: ClusterFile = {
  ...shipped,
  name: 'real',
  engine: { kind: 'sglang', model: '/models/l', args: ['--mem-fraction-static', '0.8'] },
  launcher: { kind: 'ssh' },
  instances: [
    { id: 'x0', role: 'prefill', node: 'n0', gpus: ['0', '1'] },
    { id: 'x1', role: 'decode', node: 'n0', gpus: ['2', '3'] },
    { id: 'x2', role: 'decode', node: 'n1', gpus: ['0', '1'] },
  ],
  tp: 2,
  control: { governor: 'max', minClockMhz: 600, leaseTtlMs: 4000, fitted: 'old.json' },
};

describe('a tuned configuration as a cluster file', () => {
  let [card, fit]: DeviceVariant[] = [];
  before(async () => {
    [card, fit] = await variants();
  });
  const folder = mkdtempSync(join(tmpdir(), 'cluster-of-'));
  after(() => rmSync(folder, { recursive: true }));

  /** As `config validate` and `serve --dry-run` see it. */
  const planOf = async (cluster: ClusterFile): Promise<string> => {
    const file = join(folder, `${cluster.name}.yaml`);
    writeFileSync(file, stringify(cluster));
    expect(await validateFile(file, fileStore(), library)).to.deep.include({ valid: true, problems: [] });
    const options = await planServe({ ...REQUEST, cluster: file });
    return servePlan(options, await serveSteps(options)).text;
  };
  const tuned = (over: Partial<TuningChoice>, variant = card!, given: ClusterFile | null = null): ClusterFile =>
    clusterOf({ ...CHOICE, ...over }, variant, { slo, given });

  it('of nothing but cards: emulated engines, GPUs in order, valid and ready to be served', async () => {
    const cluster = tuned({ prefill: 2, decode: 3, tp: 2 });
    expect(cluster.instances.map(({ id, role, gpus }) => [id, role, ...gpus].join(' '))).to.deep.equal([
      'p0 prefill gpu0 gpu1',
      'p1 prefill gpu2 gpu3',
      'd0 decode gpu4 gpu5',
      'd1 decode gpu6 gpu7',
      'd2 decode gpu8 gpu9',
    ]);
    expect(await planOf(cluster))
      .to.include('d2')
      .and.include('governor slo');
  });

  it('with every setting that a search may choose', async () => {
    const cluster = tuned({
      fixedMhz: { prefill: 1200, decode: 1005 },
      governor: 'fixed-best',
      routing: 'least-requests',
      maxRunning: 40,
      captureSizes: [8, 40],
      chunkTokens: 2048,
      minClockMhz: 600,
      maxClockMhz: 1305,
      powerLimitW: 250,
      itlTarget: 0.9,
      ttftTarget: 0.8,
      rest: 'park',
    });
    expect(cluster.engine.batching).to.deep.equal({ chunkTokens: 2048, maxRunning: 40, captureSizes: [8, 40] });
    expect(cluster.control).to.deep.equal({
      governor: 'fixed',
      routing: 'least-requests',
      fixedMhz: { prefill: 1200, decode: 1005 },
      tunables: {
        ...{ itlTarget: 0.9, ttftTarget: 0.8, minPrefillClockMhz: 600, minDecodeClockMhz: 600 },
        ...{ maxPrefillClockMhz: 1305, maxDecodeClockMhz: 1305 },
      },
      rest: 'park',
      powerLimitW: 250,
    });
    await planOf(cluster);
    const options = await planServe({ ...REQUEST, cluster: join(folder, `${cluster.name}.yaml`) });
    expect(options.fixedMhz).to.deep.equal({ prefill: 1200, decode: 1005 });
    expect(options.cards).to.deep.include({ gpu: { ...card!.gpu, power: { ...card!.gpu.power, limitW: 250 } } });
    expect(options.cards!.engine).to.include({ chunkTokens: 2048, maxRunningDecode: 40 });
  });

  it('of engines that do both phases, which stay awake', async () => {
    const cluster = tuned({ prefill: 0, decode: 0, aggregated: 2, rest: 'park' });
    expect(cluster.instances.map(({ id, role }) => `${id} ${role}`)).to.deep.equal(['a0 aggregated', 'a1 aggregated']);
    expect(cluster.control).to.not.have.property('rest');
    expect(byHand({ ...CHOICE, aggregated: 2, rest: 'park' }, cluster, null).join()).to.include('stay awake');
    await planOf(cluster);
  });

  it('FP8 KV is said, bf16 is what engines do by themselves', async () => {
    expect(tuned({}).engine).to.not.have.property('kvDtype');
    const cluster = tuned({}, { ...card!, kv: 'fp8', model: { ...card!.model, bytesPerKvElement: 1 } });
    expect(cluster.engine.kvDtype).to.equal('fp8');
    await planOf(cluster);
    const { cards } = await planServe({ ...REQUEST, cluster: join(folder, `${cluster.name}.yaml`) });
    expect(cards!.model.bytesPerKvElement).to.equal(1);
  });

  it('names its fit where that knows every instance', async () => {
    const named = { ...fit!, id: 'a100-llama-3.1-8b-emulated' };
    const same = tuned({ prefill: 2, decode: 2 }, named, shipped);
    expect(same.control!.fitted).to.equal(named.id);
    expect(same.instances).to.deep.equal(shipped.instances);
    await planOf(same);
    expect(tuned({ prefill: 2, decode: 3 }, named, shipped).control).to.not.have.property('fitted');
    expect(tuned({ prefill: 0, decode: 0, aggregated: 2 }, named).control).to.not.have.property('fitted');
    expect(tuned({ prefill: 1, decode: 1, tp: 2 }, named).control).to.not.have.property('fitted');
  });

  it('of a real deployment: its launcher, engine and nodes, other instances, and no GPU over two nodes', async () => {
    const cluster = tuned({ prefill: 1, decode: 4, tp: 1, maxRunning: 64, minClockMhz: null, powerLimitW: 300 }, card, SSH);
    expect(cluster).to.deep.include({ name: 'real', launcher: { kind: 'ssh' }, tp: 1 });
    expect(cluster.instances.map(({ id, node, gpus }) => `${id} ${node} ${gpus.join()}`)).to.deep.equal([
      'p0 n0 0',
      'd0 n0 1',
      'd1 n0 2',
      'd2 n0 3',
      'd3 n1 0',
    ]);
    expect(cluster.engine).to.deep.equal({ ...SSH.engine, batching: { maxRunning: 64 } });
    expect(cluster.control).to.deep.equal({ minClockMhz: 600, leaseTtlMs: 4000, governor: 'slo', routing: 'eco' });
    expect(await planOf(cluster))
      .to.include('--max-running-requests 64')
      .and.include('--mem-fraction-static 0.8');
    expect(byHand({ ...CHOICE, powerLimitW: 300 }, cluster, SSH).join()).to.include('nvidia-smi -pl 300');
  });

  it('agents that own the clocks set the cap as well', () => {
    const agents = [
      { node: 'n0', address: 'https://n0:9' },
      { node: 'n1', address: 'https://n1:9' },
    ];
    const given = { ...SSH, control: { ...SSH.control, agents } };
    const cluster = tuned({ tp: 2, powerLimitW: 300 }, card, given);
    expect(cluster.control).to.deep.include({ agents, powerLimitW: 300 });
    expect(byHand({ ...CHOICE, powerLimitW: 300 }, cluster, given)).to.deep.equal([]);
  });

  it('other weights than those that the deployment loads are somebody’s to put there', () => {
    const fp8 = { ...card!, model: { ...card!.model, id: 'llama-3.1-8b-fp8' }, weights: 'fp8', kv: 'fp8' } as const;
    const cluster = tuned({ tp: 2 }, fp8, SSH);
    expect(cluster).to.deep.include({ model: 'llama-3.1-8b-fp8' });
    expect(byHand(CHOICE, cluster, SSH).join()).to.include('/models/l');
  });

  it('more GPUs than there are, and engines that run in another layout, are refused by name', () => {
    expect(() => tuned({ prefill: 2, decode: 2, tp: 2 }, card, SSH))
      .to.throw(VoltanaError, 'real')
      .with.property('code', 'BAD_VALUE');
    const attached: ClusterFile = {
      ...SSH,
      launcher: { kind: 'attach' },
      instances: SSH.instances.map((one) => ({ ...one, url: `http://${one.id}:1` })),
    };
    expect(() => tuned({ prefill: 2, decode: 1, tp: 2 }, card, attached)).to.throw(VoltanaError, 'another layout');
    expect(tuned({ prefill: 1, decode: 1, tp: 2 }, card, attached).instances).to.deep.equal(attached.instances.slice(0, 2));
  });
});
