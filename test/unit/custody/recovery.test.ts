import { expect } from 'chai';
import { megahertz } from '../../../src/domain/units.ts';
import { MemoryJournal } from '../../fixtures/custody/memory-journal.ts';
import { ScriptedDevices } from '../../fixtures/custody/scripted-devices.ts';
import {
  ask,
  custody,
  devices,
  failure,
  id,
  journal,
  leaseAt,
  locked,
  open,
  replace,
  run,
  staged,
  stateOf,
  time,
} from '../../fixtures/custody/stage.ts';

describe('clock custody: journal', () => {
  staged();

  it('names a device before it is locked, and not again for later locks', async () => {
    await open();
    const grant = await run(custody.acquire(ask()));
    expect(journal.heldIds).to.deep.equal([id(0), id(1)]);
    expect(devices.count('lock')).to.equal(0);
    const { saves } = journal;
    for (const clockMhz of [690, 1170, 690]) await run(custody.lock(grant, megahertz(clockMhz)));
    expect(journal.saves).to.equal(saves);
    await run(custody.release(grant));
    await time.advance(0);
    expect(journal.heldIds).to.deep.equal([]);
  });

  it('what cannot be written is not locked, and can be as soon as there is room', async () => {
    await open();
    journal.full = true;
    expect((await failure(custody.acquire(ask()))).code).to.equal('JOURNAL_FAILED');
    expect(devices.count('lock')).to.equal(0);
    journal.full = false;
    await run(custody.release(await leaseAt(690)));
  });

  it('a full disk keeps nothing locked: the device is free, and that is written down later', async () => {
    await open();
    const grant = await leaseAt(690);
    journal.full = true;
    await run(custody.release(grant));
    expect(locked()).to.deep.equal([null, null, null, null]);
    await time.advance(300);
    expect(journal.heldIds).to.deep.equal([id(0), id(1)]);
    expect((await run(custody.status())).warnings.join()).to.include('journal');
    journal.full = false;
    await time.advance(6000);
    expect(journal.heldIds).to.deep.equal([]);
  });

  it('a killed custodian is followed by one that restores first and gives no token twice', async () => {
    await open();
    const { token } = await leaseAt(690);
    const killed = custody;
    const later = new ScriptedDevices({ nowMs: () => time.nowMs() });
    later.devices[0]!.lockedMhz = 690;
    await replace([later], { journal: Object.assign(new MemoryJournal(), { record: journal.record }) });
    expect(later.calls.filter((call) => call.startsWith('restore'))).to.have.members([`restore ${id(0)}`, `restore ${id(1)}`]);
    expect(later.devices[0]!.lockedMhz).to.equal(null);
    expect(later.devices[0]!.restoredTo).to.include('limitW');
    expect((await run(custody.acquire(ask()))).token)
      .to.be.above(token)
      .and.above(2e6);
    await run(killed.stop());
  });

  it('lends nothing of what is still left over, and goes on until the driver answers', async () => {
    const before = '{"limitW":400}';
    const held = { id: id(0), family: 'nvml', domain: 'x', holder: 'y', identity: 'z', before, since: '2026-01-01T00:00:00Z' } as const;
    journal.record = { epoch: 7, held: [held] };
    devices.fail('list', 'NO_DRIVER');
    devices.fail('restore', 'NO_DRIVER');
    await open();
    devices.heal();
    devices.fail('restore', 'NO_DRIVER');
    await time.advance(1500);
    expect((await stateOf(0)).state).to.equal('leftover');
    expect((await failure(custody.acquire(ask()))).code).to.equal('DEVICE_FAILED');
    await time.advance(60_000);
    devices.heal();
    await time.advance(5000);
    expect((await stateOf(0)).state).to.equal('free');
    expect(journal.heldIds).to.deep.equal([]);
    expect(journal.record.epoch).to.equal(8);
  });

  it('a damaged one means that everything may be locked, also when the driver comes later', async () => {
    journal.damaged = 'not JSON';
    devices.fail('list', 'DEVICE_FAILED', { times: 3 });
    devices.devices[2]!.lockedMhz = 225;
    await open({ wallMs: () => 1_800_000_000_000 });
    expect((await failure(custody.acquire(ask()))).message).to.include('damaged');
    await time.advance(10_000);
    expect(devices.count('restore')).to.equal(4);
    expect(locked()).to.deep.equal([null, null, null, null]);
    const { token } = await run(custody.acquire(ask()));
    expect(token).to.be.above(1_800_000_000 * 1e6);
    expect(Number.isSafeInteger(token)).to.equal(true);
  });

  it('a damaged one is replaced before anything else, as the next custodian would not know', async () => {
    journal.damaged = 'not JSON';
    devices.fail('restore', 'DEVICE_LOST', { id: id(1) });
    await open();
    expect(journal.heldIds).to.deep.equal([id(1)]);
    journal.damaged = null;
    devices.heal();
    devices.devices[1]!.lockedMhz = 225;
    const killed = custody;
    await replace([devices], { journal });
    expect(locked()[1]).to.equal(null);
    expect(devices.devices[1]!.restoredTo).to.equal(null);
    await run(killed.stop());
  });
});
