import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { askedAgent, checksOf, custodyStatus, examine, machine, manager, none, statusesOf, statusOf } from '../../../fixtures/doctor.ts';

describe('diagnose: agent', () => {
  it('one that was named must answer: exit 3', async () => {
    const remote = askedAgent(null, { address: 'https://node-7:7411', named: true, remote: true });
    const diagnosis = await examine({ devices: [none('nvml')], agent: remote });
    expect(diagnosis.exitCode).to.equal(3);
    expect(statusesOf(diagnosis, 'agent.answers')).to.deep.equal(['failure']);
  });

  it('one that was named and will not be asked, or cannot be believed: exit 4, never ready', async () => {
    const refuses = async (): Promise<never> => {
      throw new VoltanaError('NOT_PERMITTED', 'the certificate of the agent is not to be believed', { hint: 'Give the CA.' });
    };
    const named = await examine({ devices: [none('nvml')], agent: askedAgent(refuses, { named: true, remote: true }) });
    expect(statusesOf(named, 'agent.answers')).to.deep.equal(['failure']);
    expect(named.exitCode).to.equal(4);
    const usual = await examine({ agent: askedAgent(refuses) });
    expect(statusesOf(usual, 'agent.answers')).to.deep.equal(['warning']);
  });

  it('elsewhere: its devices and its managers are told, not those of this machine, and its clock is compared', async () => {
    const { gpus, time } = machine(1);
    const devices = await Promise.all((await gpus!.list()).map(async (info) => statusOf(info, { reading: await gpus!.read(info.id) })));
    const status = custodyStatus({ devices, managers: ['zeusd (process 4)'], draining: true, warnings: ['clock spread of 45 MHz'] });
    const agent = askedAgent(async () => status, { named: true, remote: true, skewMs: async () => 61_000 });
    const diagnosis = await examine({ devices: [none('nvml')], agent, time: time!, managers: [manager] });
    expect(diagnosis.node).to.equal('there');
    expect(diagnosis.devices).to.have.length(1);
    expect(diagnosis.managers).to.deep.equal([]);
    expect(checksOf(diagnosis, 'managers.found')[0]!.finding).to.include('zeusd');
    for (const id of ['agent.clock', 'agent.draining', 'agent.warning']) expect(statusesOf(diagnosis, id), id).to.deep.equal(['warning']);
    expect(checksOf(diagnosis, 'agent.clock')[0]!.finding).to.include('61 s');
  });

  it('here: what this user may not look at is seen through it, so that nothing contradicts itself', async () => {
    const { gpus, time } = machine(2);
    const devices = await Promise.all((await gpus!.list()).map(async (info) => statusOf(info, { reading: await gpus!.read(info.id) })));
    const agent = askedAgent(async () => custodyStatus({ devices }));
    const diagnosis = await examine({ devices: [none('nvml')], agent, time: time! });
    expect(diagnosis.devices).to.have.length(2);
    expect(statusesOf(diagnosis, 'drivers.devices')).to.deep.equal(['ok']);
    const alone = await examine({ devices: [none('nvml')] });
    expect(statusesOf(alone, 'drivers.devices')).to.deep.equal(['failure']);
  });

  it('a journal that names devices while nobody answers is a leftover lock', async () => {
    const held = [
      { id: 'GPU-1', family: 'nvml', domain: 'd0', holder: 'gw', identity: 'root', before: '', since: '2026-11-01T00:00:00Z' },
    ] as const;
    const state = { path: '/var/lib/voltana', freeBytes: 1e10, held };
    const diagnosis = await examine({ facts: { administers: true, state } });
    expect(checksOf(diagnosis, 'agent.journal')[0]).to.include({ status: 'failure', exitCode: 3 });
    expect(checksOf(diagnosis, 'agent.journal')[0]!.fix).to.include('voltana clocks restore --direct');
    const kept = await examine({ facts: { state }, agent: askedAgent(async () => custodyStatus()) });
    expect(statusesOf(kept, 'agent.journal')).to.deep.equal(['ok']);
    const unread = await examine({ facts: { state: { ...state, held: 'unreadable' } } });
    expect(statusesOf(unread, 'agent.journal')).to.deep.equal(['skipped']);
    const damaged = await examine({ facts: { state: { ...state, held: 'damaged' } } });
    expect(statusesOf(damaged, 'agent.journal')).to.deep.equal(['failure']);
  });

  it('its sandbox, by its process', async () => {
    const of = (more: object) => examine({ facts: { agentProcess: { pid: 7, uid: 0, noNewPrivileges: true, filtered: true, ...more } } });
    expect(statusesOf(await of({}), 'agent.sandbox')).to.deep.equal(['ok']);
    expect(checksOf(await of({ filtered: false }), 'agent.sandbox')[0]!.fix).to.include('voltana-agent.service');
  });
});
