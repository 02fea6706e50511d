import { expect } from 'chai';
import { agentConfig } from '../../../src/config/agent-file.ts';
import type { CustodyStatus, DeviceStatus } from '../../../src/domain/custody.ts';
import { megahertz, watts } from '../../../src/domain/units.ts';
import { agentPlan } from '../../../src/reporting/agent-plan.ts';
import { eventLine, lentLines, renderClocks, renderRestored } from '../../../src/reporting/clocks.ts';

const device = (index: number, more: Partial<DeviceStatus> = {}): DeviceStatus => ({
  info: {
    id: `GPU-0${index}c0ffee-5eed-4bad-8ace-012345678901`,
    family: 'nvml',
    index,
    name: 'A100',
    pciAddress: null,
    supportedMhz: [],
    supportedMemoryMhz: [],
    powerLimits: null,
    driverVersion: null,
    vbios: null,
    persistence: null,
    capabilities: [],
  },
  reading: null,
  state: 'free',
  lockedMhz: null,
  powerLimitW: null,
  domain: null,
  holder: null,
  problem: null,
  energy: null,
  ...more,
});

const reading = {
  id: '',
  atMs: 0,
  smMhz: megahertz(1005),
  memoryMhz: null,
  instantW: watts(203.4),
  averageW: null,
  counterJ: null,
  temperatureC: null,
  limits: [],
};

const status: CustodyStatus = {
  node: 'node-a',
  epoch: 3,
  draining: false,
  devices: [
    device(0, { state: 'locked', lockedMhz: megahertz(1005), domain: 'decode-0', holder: 'gateway', reading }),
    device(1, { state: 'refused', problem: 'it fell off the bus' }),
  ],
  leases: [
    {
      domain: 'decode-0',
      devices: [device(0).info.id],
      holder: 'gateway',
      identity: 'root',
      token: 1,
      lockedMhz: megahertz(1005),
      expiresInMs: 4321,
    },
  ],
  managers: ['zeusd (process 812)'],
  warnings: ['the audit log cannot be written'],
};

describe('clocks as text', () => {
  it('a row per device: who holds it, what it runs at, how long; what is not known is not zero', () => {
    expect(renderClocks(status).split('\n')).to.deep.equal([
      'node-a: 2 devices, 1 lease',
      'DEVICE                    STATE    DOMAIN       CLOCK      LOCK  EXPIRES  POWER',
      'nvml:0 GPU-00c0ffee-5ee…  locked   decode-0  1005 MHz  1005 MHz    4.3 s  203 W',
      'nvml:1 GPU-01c0ffee-5ee…  refused  -              n/a         -        -    n/a',
      'decode-0: held by gateway',
      'nvml:1 GPU-01c0ffee-5ee…: it fell off the bus',
      'also sets clocks here: zeusd (process 812)',
      'the audit log cannot be written',
    ]);
  });

  it('says when it is drained, and has no table for no device', () => {
    const text = renderClocks({ ...status, draining: true, devices: [], leases: [], managers: [], warnings: [] });
    expect(text).to.equal('node-a: 0 devices, 0 leases, draining: takes no lease until voltana clocks restore --resume');
  });

  it('shows drained devices as such, and the runs that hold clocks by the beginning of their ids', () => {
    const holder = 'voltana serve 16f0ed92-b2a4-4256-ad36-2c218bb48ecc, governor slo';
    const [lease] = status.leases;
    const text = renderClocks({
      ...status,
      draining: true,
      devices: [device(0)],
      leases: [
        { ...lease!, holder },
        { ...lease!, holder, domain: 'p' },
      ],
    });
    expect(text).to.include('drained');
    expect(text).to.include('decode-0, p: held by voltana serve 16f0ed92…, governor slo');
  });

  it('a starting agent says what it lends, what not, which names mean nothing, and when it lends nothing at all', () => {
    expect(lentLines(status, ['7'])).to.deep.equal([
      { text: 'lends 1 of 2 devices', level: 'info' },
      { text: 'nvml:1 GPU-01c0ffee-5ee… is not lent: it fell off the bus', level: 'warn' },
      { text: 'devices names "7", and there is no such device here', level: 'warn' },
      { text: 'also sets clocks here: zeusd (process 812)', level: 'warn' },
      { text: 'the audit log cannot be written', level: 'warn' },
    ]);
    const nothing = lentLines({ ...status, devices: [], managers: [], warnings: [] }, []);
    expect(nothing.at(-1)).to.deep.equal({ text: 'no clock can be lent: voltana doctor tells what is missing', level: 'warn' });
  });

  it('what was given back, and what was not', () => {
    expect(renderRestored({ restored: [], failed: [] })).to.equal('nothing was to be given back');
    expect(renderRestored({ restored: ['a', 'b'], failed: [{ id: 'c', problem: 'lost' }] })).to.equal(
      'given back: a, b\nnot given back: c: lost',
    );
  });

  it('an event is one line', () => {
    const at = '2026-01-01T00:00:00.000Z';
    expect(eventLine({ at, verb: 'lock', identity: 'root', holder: 'gateway', domain: 'd', devices: ['GPU-1'], clockMhz: 690 })).to.equal(
      'lock d 690 MHz on GPU-1 by gateway, root',
    );
    expect(eventLine({ at, verb: 'stop', identity: 'agent', detail: 'why' })).to.equal('stop (why) by agent');
  });
});

describe('agent plan', () => {
  it('says where it listens and for whom, what it lends, within what, and what will not work', () => {
    const { text } = agentPlan(agentConfig({}, 'node-a'), ['Not root.']);
    for (const part of [
      'unix:/run/voltana/agent.sock for root',
      'clocks 690 to any MHz',
      'power limits never set',
      "the driver's default",
      'warning: Not root.',
    ])
      expect(text).to.include(part);
  });
});
