import { expect } from 'chai';
import fc from 'fast-check';
import { MinHeap } from '../../../src/emulation/min-heap.ts';

describe('the heap', () => {
  it('gives what was pushed by ascending key, whatever was popped in between', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { freq: 3 })), (steps) => {
        const heap = new MinHeap<number>();
        const held: number[] = [];
        for (const key of steps) {
          if (key === null) {
            held.sort((a, b) => a - b);
            expect(heap.topKey).to.equal(held[0] ?? Infinity);
            expect(heap.pop()).to.equal(held.shift());
          } else {
            heap.push(key, key);
            held.push(key);
          }
          expect(heap.size).to.equal(held.length);
        }
      }),
    );
  });
});
