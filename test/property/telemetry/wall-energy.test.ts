import { expect } from 'chai';
import fc from 'fast-check';
import type { WallReading } from '../../../src/ports/wall-meter.ts';
import { wallEnergy, type WallSum } from '../../../src/telemetry/wall-energy.ts';

const reading = (askedMs: number, answeredMs: number, value: number): WallReading => ({ askedMs, answeredMs, value });
const known = (sum: WallSum): Extract<WallSum, { energyJ: number }> => {
  if ('problem' in sum) throw new Error(sum.problem);
  return sum;
};
const problem = (sum: WallSum): string => ('problem' in sum ? sum.problem : 'none');
const SLACK = 1e-6;

/** Power by second, and readings a while apart that take a while themselves. */
const machine = (mostApartMs: number, mostTakenMs: number) =>
  fc.record({
    powersW: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 60, maxLength: 60 }),
    steps: fc.array(
      fc.tuple(
        fc.integer({ min: 20, max: mostApartMs }),
        fc.integer({ min: 0, max: mostTakenMs }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      { minLength: 60, maxLength: 60 },
    ),
    startMs: fc.integer({ min: 100, max: 1500 }),
    lastsMs: fc.integer({ min: 700, max: 5000 }),
  });

const joulesAt = (powersW: readonly number[], ms: number): number =>
  powersW.reduce((sum, watts, i) => sum + watts * Math.min(1, Math.max(0, ms / 1000 - i)), 0);

const shown = (joules: number, stepJ: number): number => (stepJ === 0 ? joules : Math.floor(joules / stepJ) * stepJ);

function readingsOf(steps: readonly (readonly [number, number, number])[], at: (ms: number) => number): WallReading[] {
  let now = 0;
  return steps.map(([pauseMs, takesMs, when]) => {
    const askedMs = now;
    const answeredMs = askedMs + takesMs;
    now = answeredMs + pauseMs;
    return reading(askedMs, answeredMs, at(askedMs + when * takesMs));
  });
}

describe('energy at the wall', () => {
  const isWithin = (mostApartMs: number, mostTakenMs: number, stepJ: number): void =>
    fc.assert(
      fc.property(machine(mostApartMs, mostTakenMs), ({ powersW, steps, startMs, lastsMs }) => {
        const endMs = startMs + lastsMs;
        const readings = readingsOf(steps, (ms) => shown(joulesAt(powersW, ms), stepJ));
        const sum = wallEnergy('energy', readings, { startMs, endMs });
        if ('problem' in sum) return void expect(sum.problem).to.match(/did not move|no reading before/);
        const truthJ = joulesAt(powersW, endMs) - joulesAt(powersW, startMs);
        expect(Math.abs(sum.energyJ - truthJ)).to.be.at.most(sum.uncertaintyJ + SLACK);
      }),
      { numRuns: 150 },
    );

  it('by a counter: the truth lies within what it says it is off by, however seldom it is read', () => isWithin(900, 300, 0));
  it('by a coarse counter: the same', () => isWithin(60, 40, 700));

  it('by power that only rises: the same', () => {
    const rising = fc.record({ slope: fc.double({ min: 0.01, max: 0.2, noNaN: true }), world: machine(900, 0) });
    fc.assert(
      fc.property(rising, ({ slope, world: { steps, startMs, lastsMs } }) => {
        const endMs = startMs + lastsMs;
        const powerAt = (ms: number): number => 100 + slope * ms;
        const exact = steps.map(([pause]) => [pause, 0, 0] as const);
        const sum = wallEnergy('power', readingsOf(exact, powerAt), { startMs, endMs });
        if ('problem' in sum) return void expect(sum.problem).to.match(/no reading before/);
        const { energyJ, uncertaintyJ } = sum;
        const truthJ = ((powerAt(startMs) + powerAt(endMs)) / 2) * (lastsMs / 1000);
        expect(energyJ, 'trapezoids of a straight line').to.be.closeTo(truthJ, 1e-6);
        expect(uncertaintyJ).to.be.greaterThan(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe('energy at the wall, by hand', () => {
  const every = (ms: number, values: readonly number[]): WallReading[] => values.map((value, i) => reading(i * ms, i * ms, value));
  const span = { startMs: 500, endMs: 3500 };

  it('constant power is its time', () => {
    expect(known(wallEnergy('power', every(1000, [200, 200, 200, 200, 200]), span))).to.deep.equal({ energyJ: 600, uncertaintyJ: 0 });
  });

  it('a jump is somewhere between two readings', () => {
    const { energyJ, uncertaintyJ } = known(wallEnergy('power', every(1000, [100, 100, 300, 300, 300]), span));
    expect(energyJ).to.equal(50 + 200 + 300 + 300 * 0.5);
    expect(uncertaintyJ, 'the one before may have been renewed at 0').to.equal(200);
  });

  it('a counter of whole kilojoules says how coarse it is', () => {
    const { energyJ, uncertaintyJ } = known(wallEnergy('energy', every(1000, [0, 0, 1000, 1000, 1000]), span));
    expect([energyJ, uncertaintyJ]).to.deep.equal([1000, 1000]);
  });

  const cases: Record<string, [quantity: 'energy' | 'power', readings: WallReading[], message: RegExp]> = {
    'one that stands still': ['energy', every(1000, [7, 7, 7, 7, 7]), /did not move/],
    'one that was reset': ['energy', every(1000, [7, 8, 1, 2, 3]), /its counter fell/],
    'one that stopped': ['power', every(1000, [7, 7, 7]), /no reading before the beginning and after the end/],
    'one that began late': ['power', every(1000, [7, 7, 7, 7, 7]).slice(1), /no reading before/],
    'one with a hole': ['energy', [reading(0, 0, 1), reading(400, 400, 2), reading(5600, 5600, 9)], /silent for 5.2 s/],
    'one that was never read': ['power', [], /no reading/],
  };
  for (const [name, [quantity, readings, message]] of Object.entries(cases))
    it(`${name} has no figure`, () => expect(problem(wallEnergy(quantity, readings, span))).to.match(message));
});
