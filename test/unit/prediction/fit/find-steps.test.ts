import { expect } from 'chai';
import { findSteps } from '../../../../src/prediction/fit/find-steps.ts';
import type { FitPoint } from '../../../../src/prediction/fit/fit-point.ts';
import type { Observation } from '../../../../src/prediction/fit/staircase.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import {
  deviceTruth,
  everywhere,
  factorsOf,
  load,
  readings,
  STAIR_LOADS,
  STAIR_STEPS,
  stairs,
  type Truth,
} from '../../../fixtures/fitting.ts';

const latencies = (points: readonly FitPoint[]): Observation[] =>
  points.map(({ batch, tokens, clockMhz, latencyMs }) => ({ rows: batch, batch, tokens, period: 1410 / clockMhz, value: latencyMs }));

const smooth: Truth = ({ batch, tokens }, clockMhz) => ({
  latencyMs: 4 + (1410 / clockMhz) * (5 + 0.05 * batch) + 0.00004 * tokens,
  powerW: 200,
});

describe('finding the steps of a staircase', () => {
  it('names the last probed batch before each, and none besides, without noise and with 2 %', () => {
    expect(findSteps(latencies(readings(stairs, everywhere(STAIR_LOADS))))).to.deep.equal(STAIR_STEPS);
    for (let seed = 1; seed <= 5; seed++) {
      const noisy = readings(stairs, everywhere(STAIR_LOADS), { noise: 0.02 }, createRandom(seed));
      const found = findSteps(latencies(noisy));
      expect(found, `seed ${seed}`).to.include.members(STAIR_STEPS);
      expect(found.length, `seed ${seed}`).to.be.at.most(STAIR_STEPS.length + 1);
    }
  });

  it('cannot know more than was probed: the step lies between the two batches around it', () => {
    const probed = [1, 20, 45, 70, 90, 110, 140, 170, 200].map((batch, i) => load(batch, 300 + 400 * (i % 3)));
    expect(findSteps(latencies(readings(stairs, everywhere(probed))))).to.deep.equal([45, 110]);
  });

  it('sees none in a line, noisy or not', () => {
    const loads = STAIR_LOADS;
    expect(findSteps(latencies(readings(smooth, everywhere(loads))))).to.deep.equal([]);
    for (let seed = 1; seed <= 5; seed++)
      expect(findSteps(latencies(readings(smooth, everywhere(loads), { noise: 0.02 }, createRandom(seed)))).length).to.be.at.most(1);
  });

  it('finds the tiles of an emulated device wherever its personality put them, within one captured size', () => {
    // The device pads to captured sizes of 8, then to tiles of its own.
    const batches = Array.from({ length: 64 }, (_, i) => load(2 + 4 * i, 100 + 150 * (i % 5)));
    for (const tile of [0.75, 1, 1.25]) {
      const truth = deviceTruth('decode', { ...factorsOf(3), tile });
      const found = findSteps(latencies(readings(truth, everywhere(batches), { noise: 0.01 })));
      const edge = 128 * tile;
      expect(
        found.some((step) => Math.abs(step - edge) <= 8),
        `${edge} among ${found.join()}`,
      ).to.equal(true);
    }
  });

  it('takes one point, and equal ones', () => {
    const one = latencies(readings(stairs, [{ ...load(8, 100), clockMhz: 1410 }]));
    expect(findSteps(one)).to.deep.equal([]);
    expect(findSteps([...one, ...one, ...one, ...one])).to.deep.equal([]);
  });
});
