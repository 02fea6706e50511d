import { expect } from 'chai';
import type { DeviceStatus } from '../../../../src/domain/custody.ts';
import { askedAgent, checksOf, custodyStatus, examine, machine, none, statusesOf, statusOf } from '../../../fixtures/doctor.ts';

describe('diagnose: permission', () => {
  it('neither an agent nor a privilege: exit 4 and the command', async () => {
    const diagnosis = await examine();
    expect(diagnosis.exitCode).to.equal(4);
    expect(checksOf(diagnosis, 'agent.permission')[0]!.fix).to.include('sudo voltana agent');
  });

  it('a missing driver comes before a missing permission', async () => {
    const diagnosis = await examine({
      devices: [none('amdgpu', 'NOT_PERMITTED'), none('nvml')],
      facts: { gpusOnBus: { nvidia: 1, amd: 0 } },
    });
    expect(diagnosis.checks.map(({ exitCode }) => exitCode)).to.include.members([3, 4]);
    expect(diagnosis.exitCode).to.equal(3);
  });

  it('an agent that lends is permission enough; one that lends nothing is none, and says why', async () => {
    const { gpus, time } = machine(1);
    const [info] = await gpus!.list();
    const withAgent = (more: Partial<DeviceStatus>) =>
      examine({ gpus: gpus!, time: time!, agent: askedAgent(async () => custodyStatus({ devices: [statusOf(info!, more)] })) });
    expect((await withAgent({})).exitCode).to.equal(0);
    const refused = await withAgent({ state: 'refused', problem: 'zeusd sets its clocks' });
    expect(refused.exitCode).to.equal(4);
    expect(checksOf(refused, 'agent.permission')[0]!.finding).to.include('zeusd sets its clocks');
    expect(statusesOf(await withAgent({ state: 'leftover' }), 'devices.leftover')).to.deep.equal(['failure']);
  });
});
