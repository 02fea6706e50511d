import { expect } from 'chai';
import fc from 'fast-check';
import { planFirst, type PlanStep } from '../../../../src/governing/mpc/plan.ts';

const step = (latencyMs: readonly number[], energyJ: readonly number[], deadlineMs: number): PlanStep => ({
  latencyMs,
  energyJ,
  deadlineMs,
});
const LATENCY = [30, 20, 10];
const ENERGY = [1, 2, 4];

/** Every sequence there is. */
function exhaustive(startMs: number, steps: readonly PlanStep[]): number {
  const [head, ...rest] = steps;
  if (!head) return 0;
  const costs = head.latencyMs.map((latencyMs, clock) => {
    const doneMs = startMs + latencyMs;
    return doneMs > head.deadlineMs ? Infinity : head.energyJ[clock]! + exhaustive(doneMs, rest);
  });
  return Math.min(...costs);
}

describe('planning clocks over a queue', () => {
  it('takes the cheapest clock while nothing is in a hurry', () => {
    expect(planFirst(0, [step(LATENCY, ENERGY, 100), step(LATENCY, ENERGY, 100)])).to.equal(0);
  });

  it('hurries now for the sake of a deadline further back', () => {
    expect(planFirst(0, [step(LATENCY, ENERGY, 100), step(LATENCY, ENERGY, 40)])).to.be.above(0);
    expect(planFirst(0, [step(LATENCY, ENERGY, 100), step(LATENCY, ENERGY, 20)])).to.equal(2);
  });

  it('knows when nothing keeps every deadline', () => {
    expect(planFirst(0, [step(LATENCY, ENERGY, 9)])).to.equal(null);
    expect(planFirst(0, [step(LATENCY, ENERGY, 100), step(LATENCY, ENERGY, 19)])).to.equal(null);
  });

  it('starts what costs least of all sequences', () => {
    const steps = fc.array(
      fc.record({
        latencyMs: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 3 }),
        energyJ: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 3, maxLength: 3 }),
        deadlineMs: fc.integer({ min: 1, max: 150 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(steps, ([head, ...rest]) => {
        const least = exhaustive(0, [head!, ...rest]);
        const first = planFirst(0, [head!, ...rest]);
        if (first === null) expect(least).to.equal(Infinity);
        else expect(head!.energyJ[first]! + exhaustive(head!.latencyMs[first]!, rest)).to.equal(least);
      }),
    );
  });
});
