import { expect } from 'chai';
import fc from 'fast-check';
import { createRooms } from '../../../../src/adapters/engines/sglang/rooms.ts';

describe('rooms', () => {
  it('are distinct integers in [1, 2^53), however poor the generator', () => {
    const draws = fc.array(
      fc.oneof(fc.constant(0), fc.constant(1 - 2 ** -53), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(draws, (values) => {
        let at = 0;
        const next = createRooms({ next: () => values[at++ % values.length]! });
        const rooms = Array.from({ length: 50 }, next);
        expect(new Set(rooms).size).to.equal(50);
        for (const room of rooms) expect(Number.isSafeInteger(room) && room >= 1).to.equal(true);
      }),
    );
  });

  it('forget a room once 65536 others have been drawn', () => {
    let low = 0;
    let draws = 0;
    // Every second draw is the low half.
    const next = createRooms({ next: () => (draws++ % 2 === 0 ? 0 : low / 2 ** 32) });
    const draw = (room: number): number => {
      low = room;
      return next();
    };
    for (let room = 1; room <= 65_537; room += 1) expect(draw(room)).to.equal(room);
    expect(draw(65_537)).to.equal(65_538);
    expect(draw(1)).to.equal(1);
  });
});
