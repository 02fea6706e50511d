import { expect } from 'chai';
import { RemoteClock } from '../../../../../src/adapters/clocks/emulated/remote-clock.ts';

describe('remote clock', () => {
  it('takes the middle of the shortest round trip for the remote moment', () => {
    const clock = new RemoteClock();
    expect(clock.toLocalMs(1000, 50, 60)).to.equal(55);
    // Slower, and lopsided: the older, better offset holds.
    expect(clock.toLocalMs(1100, 150, 400)).to.equal(155);
    expect(clock.toLocalMs(2000, 1056, 1058)).to.equal(1057);
    expect(clock.toLocalMs(2010, 1000, 2000)).to.equal(1067);
  });
});
