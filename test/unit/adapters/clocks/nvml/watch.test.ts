import { expect } from 'chai';
import fc from 'fast-check';
import { createLane } from '../../../../../src/adapters/clocks/nvml/driver.ts';
import { Watch } from '../../../../../src/adapters/clocks/nvml/watch.ts';

describe('what NVML drivers forget', () => {
  let watch: Watch;
  const gpu = createLane('GPU-1', '0000:3b:00.0');
  beforeEach(() => (watch = new Watch()));

  it('a counter that falls is a reload of that GPU; one that stands or grows is none', () => {
    for (const counterJ of [100, 100, 250, 250, null, 251]) watch.counted('GPU-1', counterJ);
    watch.counted('GPU-2', 10);
    expect(watch.take()).to.deep.equal([]);
    watch.counted('GPU-1', 3);
    expect(watch.take()).to.deep.equal([{ id: 'GPU-1', what: 'reload', detail: 'its energy counter fell from 251 to 3 J' }]);
    expect(watch.take()).to.deep.equal([]);
  });

  it('a counter that takes a little back has not begun anew', () => {
    for (const counterJ of [12_912.552, 12_912.079, 12_925, 12_906]) watch.counted('GPU-1', counterJ);
    expect(watch.take()).to.deep.equal([]);
  });

  it('tells as many reloads as there are falls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e6 })), (hundreds) => {
        const fresh = new Watch();
        const counts = hundreds.map((count) => 100 * count);
        counts.forEach((counterJ) => fresh.counted('GPU-1', counterJ));
        expect(fresh.take()).to.have.length(counts.filter((counterJ, i) => i > 0 && counterJ < counts[i - 1]!).length);
      }),
    );
  });

  it('tells once that a GPU is lost, and once that it is back', () => {
    for (const code of [0, 15, 16, 15]) expect(watch.hear(gpu, code)).to.equal(false);
    watch.answered('GPU-1');
    watch.answered('GPU-1');
    expect(watch.take().map(({ id, what }) => [id, what])).to.deep.equal([
      ['GPU-1', 'lost'],
      ['GPU-1', 'reset'],
    ]);
  });

  it('a driver that was unloaded must be opened anew', () => {
    expect([0, 3, 4, 15, 999].map((code) => watch.hear(gpu, code))).to.deep.equal([false, false, false, false, false]);
    expect([1, 9].map((code) => watch.hear(createLane(null), code))).to.deep.equal([true, true]);
  });

  it('persistence mode counts when it is turned off, not when it was never on', () => {
    for (const on of [false, false, true, true, false, false]) watch.persistence('GPU-1', on);
    expect(watch.take().map(({ what }) => what)).to.deep.equal(['persistence-off']);
  });

  it('names the XIDs that matter most, and passes on all', () => {
    watch.xid('GPU-1', 79);
    watch.xid(null, 13);
    expect(watch.take()).to.deep.equal([
      { id: 'GPU-1', what: 'xid', detail: 'XID 79: the GPU has fallen off the bus' },
      { id: null, what: 'xid', detail: 'XID 13' },
    ]);
  });

  it('keeps the latest when nobody asks for long', () => {
    for (let i = 0; i < 5000; i += 1) watch.xid('GPU-1', i);
    const told = watch.take();
    expect(told).to.have.length(1000);
    expect(told.at(-1)!.detail).to.equal('XID 4999');
  });
});
