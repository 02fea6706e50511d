import { expect } from 'chai';
import fc from 'fast-check';
import { MachineQueue } from '../../../src/simulation/machine-queue.ts';

describe('the queue of machines', () => {
  it('always knows who is next, of two at once the lower number', () => {
    const moves = fc.array(fc.tuple(fc.nat({ max: 8 }), fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(Infinity))));
    fc.assert(
      fc.property(moves, (steps) => {
        const queue = new MachineQueue(9);
        const times = Array<number>(9).fill(Infinity);
        for (const [machine, atMs] of steps) {
          queue.move(machine, atMs);
          times[machine] = atMs;
          const nextMs = Math.min(...times);
          expect(queue.nextMs).to.equal(nextMs);
          expect(queue.next).to.equal(times.indexOf(nextMs));
        }
      }),
    );
  });

  it('has no next where there are no machines', () => {
    const queue = new MachineQueue(0);
    expect([queue.next, queue.nextMs]).to.deep.equal([-1, Infinity]);
  });
});
