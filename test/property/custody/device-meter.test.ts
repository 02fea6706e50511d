import { expect } from 'chai';
import fc from 'fast-check';
import { DeviceMeter } from '../../../src/custody/metering/device-meter.ts';
import { joules, watts } from '../../../src/domain/units.ts';

/** A stretch at one power, how its samples come, and what happens to the counter before it. */
const stretch = fc.record({
  powerW: fc.integer({ min: 40, max: 700 }),
  samples: fc.integer({ min: 1, max: 150 }),
  jitterMs: fc.integer({ min: 0, max: 90 }),
  missEvery: fc.integer({ min: 2, max: 40 }),
  reload: fc.boolean(),
  gapMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 30_000 }) }),
});
const run = fc.record({
  stretches: fc.array(stretch, { minLength: 1, maxLength: 12 }),
  gain: fc.constantFrom(1, 1.6, 0.57),
  counter: fc.boolean(),
});
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

interface Told {
  readonly energyJ: number;
  readonly trueJ: number;
  readonly source: string;
  readonly uncertaintyPct: number;
}

const play = ({ stretches, gain, counter }: Run): readonly Told[] => {
  const meter = new DeviceMeter(6000);
  const told: Told[] = [];
  let [atMs, trueJ, counterJ] = [0, 0, 0];
  for (const { powerW, samples, jitterMs, missEvery, reload, gapMs } of stretches) {
    if (reload) counterJ = 0;
    for (let i = 0; i < samples; i += 1) {
      const durationMs = 200 + ((i * 37) % (jitterMs + 1)) + (i === 0 ? gapMs : 0);
      atMs += durationMs;
      trueJ += (powerW * durationMs) / 1000;
      counterJ += (powerW * gain * durationMs) / 1000;
      if (i % missEvery === missEvery - 1) continue;
      meter.add({ atMs, instantW: watts(powerW), averageW: null, counterJ: counter ? joules(counterJ) : null });
      const { energyJ, source, uncertaintyPct } = meter.energy!;
      told.push({ energyJ, trueJ, source, uncertaintyPct });
    }
  }
  return told;
};

describe('device meter, whatever the samples', () => {
  it('energy never falls, and its uncertainty is a share', () =>
    fc.assert(
      fc.property(run, (one) => {
        const told = play(one);
        told.forEach(({ energyJ, uncertaintyPct }, i) => {
          expect(energyJ).to.be.at.least(i === 0 ? 0 : told[i - 1]!.energyJ);
          expect(uncertaintyPct).to.be.within(5, 100);
        });
      }),
      { numRuns: 300 },
    ));

  it('a wrong counter is never believed', () =>
    fc.assert(
      fc.property(run, (one) => {
        if (one.gain !== 1 || !one.counter) expect(play(one).every(({ source }) => source === 'integrated')).to.equal(true);
      }),
      { numRuns: 300 },
    ));

  it('without gaps it is off by the edges between levels at most', () =>
    fc.assert(
      fc.property(run, (one) => {
        const told = play({ ...one, stretches: one.stretches.map((part) => ({ ...part, gapMs: 0, missEvery: 1000 })) });
        const [first, last] = [told[0]!, told.at(-1)!];
        // Each change of level is a trapezoid half a sample wide of the truth.
        const edgesJ = one.stretches.length * ((660 * 0.29) / 2);
        expect(Math.abs(last.energyJ - (last.trueJ - first.trueJ))).to.be.at.most(edgesJ + 1e-6);
      }),
      { numRuns: 300 },
    ));
});
