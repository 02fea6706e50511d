import { expect } from 'chai';
import type { DeviceReading } from '../../../src/domain/device.ts';
import { custody, devices, id, keep, leaseAt, open, run, staged, stateOf, time } from '../../fixtures/custody/stage.ts';

describe('clock custody: sampling', () => {
  staged();

  const listen = (names: readonly string[], hz: number) => {
    const stop = new AbortController();
    const batches: (readonly DeviceReading[])[] = [];
    const over = (async () => {
      for await (const readings of custody.watch(names, hz, stop.signal)) batches.push(readings);
    })();
    return { batches, end: () => (stop.abort(), run(over)) };
  };

  it('reads each device once for all listeners, and tells each at its own rate', async () => {
    await open();
    const fast = listen(['0', '1'], 10);
    const slow = listen(['0'], 2);
    await time.advance(5050);
    expect(fast.batches.length).to.be.within(49, 52);
    expect(slow.batches.length).to.be.within(10, 12);
    expect(devices.calls.filter((call) => call === `read ${id(0)}`).length).to.be.within(49, 53);
    await fast.end();
    await time.advance(600);
    const reads = devices.count('read');
    await time.advance(2000);
    expect(devices.count('read') - reads).to.be.within(3, 5);
    await slow.end();
  });

  it('one that hangs is not asked again and keeps nobody waiting; one that fails is left out', async () => {
    await open();
    const letGo = devices.hold('read', id(0));
    devices.fail('read', 'DEVICE_LOST', { id: id(1) });
    const { batches, end } = listen(['0', '1', '2'], 10);
    await time.advance(1000);
    expect(devices.calls.filter((call) => call === `read ${id(0)}`)).to.have.length(1);
    expect(batches.length).to.be.above(7);
    expect(batches.at(-1)!.map((reading) => reading.id)).to.deep.equal([id(2)]);
    letGo();
    await time.advance(300);
    expect(batches.at(-1)!.map((reading) => reading.id)).to.deep.equal([id(0), id(2)]);
    await end();
  });

  it('a listener that is busy gets the newest when it comes back, and no backlog', async () => {
    await open();
    const stop = new AbortController();
    const readings = custody.watch(['0'], 10, stop.signal)[Symbol.asyncIterator]();
    await run(readings.next());
    await time.advance(5000);
    const { value } = await run(readings.next());
    expect(value![0]!.atMs).to.be.within(time.nowMs() - 110, time.nowMs());
    const waiting = readings.next();
    stop.abort();
    expect(await run(waiting)).to.deep.equal({ value: undefined, done: true });
  });

  it('a late answer is not told behind newer ones', async () => {
    await open();
    const { batches, end } = listen(['0', '1'], 10);
    await time.advance(300);
    const letGo = devices.hold('read', id(0));
    await time.advance(1000);
    letGo();
    await time.advance(300);
    const newest = batches.map((readings) => Math.max(...readings.map(({ atMs }) => atMs)));
    expect(newest).to.deep.equal([...newest].sort((a, b) => a - b));
    expect(batches.at(-1)!.map((reading) => reading.id)).to.deep.equal([id(0), id(1)]);
    await end();
  });

  it('asks a driver once for all where it can tell of several; one that fails is left out, and its status says why', async () => {
    await open();
    const asked: number[] = [];
    devices.readEach = (ids, heard) => {
      asked.push(ids.length);
      for (const one of ids)
        devices.read(one).then(
          (reading) => heard(one, reading),
          (error: Error) => heard(one, error),
        );
    };
    devices.fail('read', 'DEVICE_LOST', { id: id(1) });
    const { batches, end } = listen(['0', '1', '2'], 10);
    await time.advance(1000);
    expect(asked.length).to.be.within(9, 12);
    expect(new Set(asked)).to.deep.equal(new Set([3]));
    expect(batches.at(-1)!.map((reading) => reading.id)).to.deep.equal([id(0), id(2)]);
    const { devices: shown } = await run(custody.status());
    expect(shown.find(({ info }) => info.id === id(1))!.problem).to.include('scripted: read');
    await end();
    // Nobody calls any more: it lets go of the driver, which it could not if a call were still counted.
    await time.advance(30_000);
    expect(devices.open).to.equal(false);
  });

  it('integrates what is lent, and what somebody asks for, five times a second; nothing else', async () => {
    await open();
    const grant = await leaseAt(690, { devices: ['0'] });
    const before = devices.count('read');
    await keep(grant, 2000);
    expect(devices.count('read') - before).to.be.within(9, 12);
    await run(custody.release(grant));
    await run(custody.read(['1']));
    const asked = devices.count('read');
    await time.advance(5000);
    expect(devices.count('read') - asked).to.be.within(24, 27);
    await time.advance(6000);
    const later = devices.count('read');
    await time.advance(5000);
    expect(devices.count('read')).to.equal(later);
  });

  it('believes the counter of a lent device when it was seen idle and under load', async () => {
    await open({ meterWindowMs: 6000 });
    const grant = await leaseAt(1410, { devices: ['0'] });
    await keep(grant, 7000);
    expect((await stateOf(0)).energy!.source).to.equal('integrated');
    devices.draw(id(0), 300);
    await keep(grant, 8000);
    expect((await stateOf(0)).energy!.source).to.equal('counter');
    expect((await run(custody.read(['0']))).energy).to.include({ source: 'counter', powerW: 300, uncertaintyPct: 5 });
  });
});
