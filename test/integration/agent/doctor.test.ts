import { join } from 'node:path';
import { expect } from 'chai';
import type { Check, Diagnosis } from '../../../src/domain/diagnosis.ts';
import { megahertz } from '../../../src/domain/units.ts';
import { agentPlace, type AgentPlace } from '../../fixtures/agent/agent-process.ts';
import { fakeMachine, type FakeMachine } from '../../fixtures/managers/tree.ts';
import { fakeNvml, needsGcc, type FakeNvml } from '../../fixtures/nvml/fake-nvml.ts';
import { until } from '../../fixtures/programs.ts';

const of = ({ checks }: Diagnosis, id: string): readonly Check[] => checks.filter((check) => check.id === id);

describe('voltana doctor beside an agent', function () {
  this.timeout(60_000);
  let gpus: FakeNvml;
  let machine: FakeMachine;
  let place: AgentPlace;

  before(needsGcc);
  beforeEach(() => {
    gpus = fakeNvml({ gpus: 2 });
    machine = fakeMachine({});
    place = agentPlace({ nvmlLibrary: gpus.library, sysfsRoot: machine.root, stateDir: join(machine.root, 'var/lib/voltana') });
  });
  afterEach(async () => {
    await place?.close();
    machine?.remove();
    gpus?.close();
  });

  const doctor = async (): Promise<Diagnosis> => {
    const args = ['--agent', place.address, '--nvml', gpus.library, '--sysfs', machine.root, '--watch', '0', '--json'];
    const { exit, text } = await place.run('doctor', ...args);
    const diagnosis = JSON.parse(text) as Diagnosis;
    expect(exit).to.equal(diagnosis.exitCode);
    return diagnosis;
  };

  it('an agent that lends is permission; killed while it holds a lock, its journal tells; started again, all is well', async () => {
    const agent = await place.start();
    const well = await doctor();
    expect(of(well, 'agent.permission')[0], JSON.stringify(well.checks)).to.include({ status: 'ok' });
    expect(well).to.include({ node: 'node-a', agent: place.address, exitCode: 0 });

    const client = place.client();
    const grant = await client.acquire({ domain: 'd0', devices: ['0'], holder: 'test', ttlMs: 20_000, identity: '' });
    await client.lock(grant, megahertz(1005));
    await agent.kill('SIGKILL');
    const left = await doctor();
    expect(of(left, 'agent.journal')[0]).to.include({ status: 'failure', exitCode: 3 });
    expect(of(left, 'agent.journal')[0]!.finding).to.include(gpus.ids[0]!).and.to.include('test');
    expect(gpus.lockedMhz(0), 'a doctor heals nothing').to.equal(1005);

    await place.start();
    await until('the lock is given back', () => gpus.lockedMhz(0) === null);
    expect((await doctor()).exitCode).to.equal(0);
  });

  it('a drained agent is a warning, and what it has set is not held against it', async () => {
    await place.start();
    await place.client().drain('test');
    const diagnosis = await doctor();
    expect(of(diagnosis, 'agent.draining').map(({ status }) => status)).to.deep.equal(['warning']);
  });
});
