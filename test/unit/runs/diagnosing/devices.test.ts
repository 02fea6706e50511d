import { expect } from 'chai';
import type { ScriptedDevices } from '../../../fixtures/custody/scripted-devices.ts';
import { askedAgent, checksOf, custodyStatus, examine, machine, statusesOf, statusOf, type Patient } from '../../../fixtures/doctor.ts';

describe('diagnose: devices', () => {
  const judged: Readonly<Record<string, readonly [id: string, says: string, change: (gpus: ScriptedDevices) => void]>> = {
    MIG: [
      'devices.sharing',
      'slices',
      ({ devices }) => (devices[1]!.users = { processes: [], partitioned: true, mps: false, virtual: false }),
    ],
    MPS: [
      'devices.sharing',
      'MPS',
      ({ devices }) => (devices[1]!.users = { processes: [], partitioned: false, mps: true, virtual: false }),
    ],
    'a vGPU': [
      'devices.sharing',
      'virtual',
      ({ devices }) => (devices[1]!.users = { processes: [], partitioned: false, mps: false, virtual: true }),
    ],
    'a power limit below the default': ['devices.power-limit', '300 W, by default 400 W', ({ devices }) => (devices[1]!.limitW = 300)],
    'throttling, and why': ['devices.throttling', 'temperature', ({ devices }) => (devices[1]!.limits = ['thermal'])],
    'a counter that is off': ['devices.energy', '+60 %', ({ devices }) => (devices[1]!.counterGain = 1.6)],
    'a clock that does not rise under load': [
      'devices.leftover',
      '690 of 1410 MHz',
      ({ devices }) => Object.assign(devices[1]!, { clockMhz: 690, powerW: 250 }),
    ],
  };
  for (const [what, [id, says, change]] of Object.entries(judged)) {
    it(`${what} is a warning that names the GPU; the other one is fine`, async () => {
      const diagnosis = await examine({ ...machine(2, change), facts: { administers: true } });
      const warnings = checksOf(diagnosis, id).filter(({ status }) => status === 'warning');
      expect(warnings.map(({ finding }) => finding)).to.have.length(1);
      expect(warnings[0]!.finding).to.include('GPU 1').and.to.include(says);
      expect(warnings[0]!.fix).to.not.equal('');
      expect(diagnosis.exitCode).to.equal(0);
    });
  }

  it('a low clock that has a reason, an idle one and one that we have locked are none left over', async () => {
    const low = (more: object) => (gpus: ScriptedDevices) => void Object.assign(gpus.devices[0]!, { clockMhz: 690, powerW: 250, ...more });
    const fine = async (patient: Patient) => expect(statusesOf(await examine(patient), 'devices.leftover')).to.deep.equal(['ok']);
    await fine(machine(1, low({ limits: ['power'] })));
    await fine(machine(1, low({ powerW: 60 })));
    const { gpus, time } = machine(1, low({}));
    const [info] = await gpus!.list();
    const status = custodyStatus({ devices: [statusOf(info!, { state: 'locked', lockedMhz: 690 as never })] });
    await fine({ gpus: gpus!, time: time!, agent: askedAgent(async () => status) });
  });

  it('GPUs of which none may be locked: exit 4', async () => {
    const all = machine(2, ({ devices }) =>
      devices.forEach((gpu) => (gpu.users = { processes: [], partitioned: true, mps: false, virtual: false })),
    );
    expect((await examine({ ...all, facts: { administers: true } })).exitCode).to.equal(4);
  });

  it('several users on a GPU are told with their processes; one user with several processes is fine', async () => {
    const processes = [
      { pid: 11, name: 'python' },
      { pid: 12, name: null },
    ];
    const shared = () => machine(1, ({ devices }) => (devices[0]!.users = { processes, partitioned: false, mps: false, virtual: false }));
    const two = await examine({ ...shared(), owners: { 11: 1000, 12: 1001 } });
    expect(checksOf(two, 'devices.users')[0]!.finding).to.include('11 (python) of user 1000').and.to.include('12 of user 1001');
    expect(statusesOf(await examine({ ...shared(), owners: { 11: 1000, 12: 1000 } }), 'devices.users')).to.deep.equal(['ok']);
  });

  it('a GPU that is lost is a failure of its own, exit 5, and the other one is still looked at', async () => {
    const lost = machine(2, (gpus) => gpus.fail('read', 'DEVICE_LOST', { id: gpus.devices[0]!.id }));
    const diagnosis = await examine({ ...lost, facts: { administers: true } });
    expect(diagnosis.exitCode).to.equal(5);
    expect(statusesOf(diagnosis, 'devices.found')).to.deep.equal(['failure', 'ok']);
    expect(statusesOf(diagnosis, 'devices.energy')).to.deep.equal(['ok']);
  });

  it('no meter at all is a warning, not zero watts', async () => {
    const diagnosis = await examine(machine(1, ({ devices }) => (devices[0]!.metered = false)));
    expect(statusesOf(diagnosis, 'devices.energy')).to.deep.equal(['warning']);
  });
});
