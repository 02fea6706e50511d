import { expect } from 'chai';
import { fitSegments } from '../../../../src/prediction/fit/fit-segments.ts';
import { segmentsModel } from '../../../../src/prediction/fitted-predictor.ts';
import type { InstanceData } from '../../../../src/prediction/fit/fit-point.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { CLOCKS, dataOf, everywhere, furthestPct, load, readings, STAIR_LOADS, stairs } from '../../../fixtures/fitting.ts';

const answers = (data: InstanceData) => segmentsModel(data.phase, fitSegments(data).levels);
/** Between the clocks and the loads that were measured. */
const BETWEEN = everywhere(
  [load(5, 700), load(40, 900), load(60, 300), load(70, 1000), load(110, 500), load(127, 600), load(140, 800), load(200, 400)],
  [690, 810, 1100, 1410],
);

describe('fitting segments', () => {
  it('recovers a staircase: its stretches, its lines, and everything between the clocks', () => {
    const { levels } = fitSegments(dataOf('decode', readings(stairs, everywhere(STAIR_LOADS))));
    expect(levels.map(({ clockMhz }) => clockMhz)).to.deep.equal(CLOCKS);
    for (const { clockMhz, segments } of levels) {
      const period = 1410 / clockMhz;
      expect(segments.map(({ batch }) => batch)).to.deep.equal([
        [1, 64],
        [65, 128],
        [129, 220],
      ]);
      segments.forEach(({ latencyMs }, i) => {
        expect(latencyMs.perSequence).to.be.closeTo(0.02 * period, 1e-4);
        expect(latencyMs.perToken).to.be.closeTo(0.00004, 1e-7);
        expect(latencyMs.constant).to.be.closeTo(4 + [5, 8, 12][i]! * period, 0.01);
      });
    }
    expect(furthestPct(segmentsModel('decode', levels), stairs, BETWEEN)).to.be.below(0.5);
  });

  it('is moved by no more than 2 % anywhere by one reading in ten that is five times too long', () => {
    const loads = [
      ...STAIR_LOADS,
      ...STAIR_LOADS.map(({ batch }) => load(batch, 1900)),
      ...STAIR_LOADS.map(({ batch }) => load(batch, 500)),
    ];
    for (let seed = 1; seed <= 5; seed++) {
      const [clean, wild] = [0, 0.1].map((outliers) =>
        answers(dataOf('decode', readings(stairs, everywhere(loads), { noise: 0.01, outliers }, createRandom(seed)))),
      );
      expect(furthestPct(wild!, clean!, BETWEEN), `seed ${seed}`).to.be.below(2);
    }
  });

  it('says which points contradict the others', () => {
    const points = readings(stairs, everywhere(STAIR_LOADS), { noise: 0.01 });
    const wild = { ...points[30]!, latencyMs: points[30]!.latencyMs * 5, energyJ: points[30]!.energyJ * 5 };
    const spoilt = points.map((point, i) => (i === 30 ? wild : point));
    const { kept } = fitSegments(dataOf('decode', spoilt));
    expect(spoilt.filter((point) => !kept.has(point))).to.deep.equal([wild]);
  });

  it('leaves a batch that never varied to the constant: nothing is known of other batches', () => {
    const prompts = [256, 768, 1792, 3584, 6144].map((tokens) => ({ batch: 1, tokens }));
    const line = ({ tokens }: { tokens: number }) => ({ latencyMs: 8 + 0.05 * tokens, powerW: 300 });
    const { levels } = fitSegments(dataOf('prefill', readings(line, everywhere(prompts))));
    for (const { segments } of levels) {
      const { perSequence, perToken, constant } = segments[0]!.latencyMs;
      expect(perSequence).to.equal(0);
      expect(perToken).to.be.closeTo(0.05, 1e-4);
      expect(constant).to.be.closeTo(8, 0.05);
    }
  });

  it('answers what was measured after one clock, one batch, or one point', () => {
    const oneClock = readings(stairs, everywhere(STAIR_LOADS, [1050]));
    const oneBatch = readings(stairs, everywhere([load(32, 100), load(32, 800), load(32, 2000)]));
    const onePoint = readings(stairs, [{ ...load(16, 500), clockMhz: 870 }]);
    for (const points of [oneClock, oneBatch, onePoint])
      expect(furthestPct(answers(dataOf('decode', points)), stairs, points)).to.be.below(0.5);
  });

  it('takes idle power measured at the clock, or at the nearest', () => {
    const idle = [
      { clockMhz: 690, powerW: 57 },
      { clockMhz: 1410, powerW: 78 },
    ];
    const { levels } = fitSegments(dataOf('decode', readings(stairs, everywhere(STAIR_LOADS)), idle));
    expect(levels.map(({ idleW }) => idleW)).to.deep.equal([57, 57, 57, 78, 78]);
  });
});
