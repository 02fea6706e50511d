import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { agentPlace, type AgentPlace } from '../../fixtures/agent/agent-process.ts';
import { startEmulation, type Emulation } from '../../fixtures/emulation-process.ts';
import { killTree } from '../../fixtures/demo.ts';
import { fakeNvml, needsGcc, type FakeNvml } from '../../fixtures/nvml/fake-nvml.ts';
import { until } from '../../fixtures/programs.ts';
import { servedFolder, startServe, streamOne, type ServedCluster } from '../../fixtures/served.ts';

const FIXED = ['--governor', 'fixed', '--clocks', '1005:1200'];

/** Emulated engines that answer as SGLang, on the GPUs of a machine whose driver is a library of ours. */
describe('voltana serve with an agent', function () {
  this.timeout(120_000);
  needsGcc();
  const files = servedFolder();
  let emulation: Emulation;
  let gpus: FakeNvml;
  let place: AgentPlace;
  let served: ServedCluster | null = null;

  before(async () => {
    emulation = await startEmulation(files.cluster('engines'), files.at('engines.json'));
  });
  after(() => {
    emulation?.stop();
    files.remove();
  });
  beforeEach(() => {
    gpus = fakeNvml({ gpus: 4 });
    place = agentPlace({ families: ['nvml'], spreadMs: 0 }, gpus.env);
  });
  afterEach(async () => {
    if (served) killTree(served.pid);
    served = null;
    await place.close();
    gpus.close();
  });

  const cluster = (control: object = {}): string =>
    files.cluster('real', {}, (document) => {
      document['engine'] = { kind: 'sglang', servedModel: 'llama-3.1-8b' };
      document['launcher'] = { kind: 'attach' };
      document['control'] = { agents: [{ address: place.address }], leaseTtlMs: 2000, ...control };
      document.instances = emulation.engines.map(({ id, role, url, bootstrapPort }, i) => ({
        ...{ id, role, url, gpus: [gpus.ids[i]!] },
        ...(bootstrapPort ? { bootstrapPort } : {}),
      }));
    });
  const locks = (): (number | null)[] => gpus.ids.map((_, gpu) => gpus.lockedMhz(gpu));
  const allAt = (what: string, wanted: readonly (number | null)[]): Promise<void> =>
    until(what, () => JSON.stringify(locks()) === JSON.stringify(wanted), 20_000);
  const GOVERNED = [1005, 1005, 1200, 1200];
  const FREE = [null, null, null, null];
  const warnings = async (): Promise<readonly string[]> =>
    ((await (await fetch(`${served!.url}/voltana/snapshot`)).json()) as Snapshot).warnings;

  it('sets the clocks of real GPUs, counts their joules, and gives the clocks back at its end', async () => {
    await place.start();
    served = await startServe(['--cluster', cluster(), ...FIXED, '--json']);
    await allAt('governed', GOVERNED);
    expect(await streamOne(served.url, 20)).to.include({ tokens: 20, done: true, error: null });
    // The first reading of a meter has no power yet; joules are those between two readings.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await streamOne(served.url, 20)).to.include({ tokens: 20, done: true, error: null });
    process.kill(served.pid, 'SIGINT');
    expect(await served.ended).to.equal(130);
    expect(locks()).to.deep.equal(FREE);
    const { mode, evidence, energyJ, requests } = JSON.parse(served.stdout()) as RunRecord;
    expect({ mode, evidence }).to.deep.equal({ mode: 'live', evidence: 'measured' });
    expect(requests).to.include({ offered: 2, completed: 2 });
    expect(energyJ!.total).to.be.above(0);
    expect(energyJ!.method).to.be.oneOf(['counter', 'integrated']);
  });

  it('killed, gateway and all: the agent gives the clocks back when the leases have run out', async () => {
    await place.start();
    served = await startServe(['--cluster', cluster(), ...FIXED]);
    await allAt('governed', GOVERNED);
    killTree(served.pid);
    await allAt('given back', FREE);
  });

  it('goes on without its agent, says so, and governs again when it is back', async () => {
    const agent = await place.start();
    served = await startServe(['--cluster', cluster(), ...FIXED]);
    await allAt('governed', GOVERNED);
    await agent.kill('SIGKILL');
    expect(await streamOne(served.url, 5)).to.include({ tokens: 5, done: true, error: null });
    await place.start();
    await allAt('governed again', GOVERNED);
    expect((await warnings()).join('\n')).to.include('not renewed');
  });

  it('an operator takes the clocks away: they stay free while the agent is drained', async () => {
    await place.start();
    served = await startServe(['--cluster', cluster(), ...FIXED]);
    await allAt('governed', GOVERNED);
    expect((await place.run('clocks', 'restore', '--agent', place.address, '--drain')).exit).to.equal(0);
    expect(locks()).to.deep.equal(FREE);
    expect(await streamOne(served.url, 5)).to.include({ tokens: 5, done: true, error: null });
    expect(locks()).to.deep.equal(FREE);
    expect((await place.run('clocks', 'restore', '--agent', place.address, '--resume')).exit).to.equal(0);
    await allAt('governed again', GOVERNED);
  });

  it('two that would govern the same GPUs: the second is refused with exit code 4, and changes nothing', async () => {
    await place.start();
    served = await startServe(['--cluster', cluster(), ...FIXED]);
    await allAt('governed', GOVERNED);
    const second = await place.run('serve', '--no-tui', '--cluster', cluster(), '--governor', 'fixed', '--clocks', '1410');
    expect(second.exit).to.equal(4);
    expect(second.text).to.include('holds the clocks of');
    expect(locks()).to.deep.equal(GOVERNED);
  });

  it('a fixed clock that the agent does not allow is refused: a record that says it was held would not be true', async () => {
    await place.start();
    const { exit, text } = await place.run('serve', '--no-tui', '--cluster', cluster(), '--governor', 'fixed', '--clocks', '600');
    expect(exit, text).to.equal(2);
    expect(text).to.include('600 MHz for prefill').and.include('690');
    expect(locks()).to.deep.equal(FREE);
  });

  it('no agent answers: exit code 3 with its address, before a request is taken', async () => {
    const { exit, text } = await place.run('serve', '--no-tui', '--cluster', cluster(), ...FIXED);
    expect(exit).to.equal(3);
    expect(text).to.include(place.address.slice('unix:'.length)).and.include('sudo voltana agent');
  });
});
