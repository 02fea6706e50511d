import { expect } from 'chai';
import type { FitPoint } from '../../../../src/prediction/fit/fit-point.ts';
import { fitInstance } from '../../../../src/prediction/fit/fit-instance.ts';
import { fittedPredictor } from '../../../../src/prediction/fitted-predictor.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { fitted as fittedDocument } from '../../../fixtures/documents.ts';
import {
  CARDS,
  dataOf,
  DECODE_LOADS,
  deviceTruth,
  everywhere,
  factorsOf,
  idleOf,
  load,
  normal,
  readings,
  STAIR_LOADS,
  stairs,
} from '../../../fixtures/fitting.ts';

const ofDevice = (seed: number, noise = 0.02): FitPoint[] =>
  readings(deviceTruth('decode', factorsOf(seed)), everywhere(DECODE_LOADS), { noise }, createRandom(seed));

describe('fitting an instance', () => {
  it('lets physics predict a device of the known kind, and keeps both qualities', () => {
    const { fitted, heldOut } = fitInstance(dataOf('decode', ofDevice(3), idleOf('decode', factorsOf(3))), CARDS);
    const { segments, physics } = fitted.crossValidation;
    expect(fitted.model).to.equal('physics');
    expect(physics!.latencyMapePct! + physics!.powerMapePct!).to.be.below(segments.latencyMapePct! + segments.powerMapePct!);
    expect(physics!.latencyMapePct).to.be.below(2.5);
    expect(physics!.heldOutPoints).to.equal(DECODE_LOADS.length * 5);
    expect(heldOut.length).to.be.at.least(DECODE_LOADS.length * 5);
    expect(fitted.levels.length).to.equal(5);
  });

  it('lets segments predict what the cards know nothing of', () => {
    const loads = STAIR_LOADS.flatMap(({ batch }) => [load(batch, 150), load(batch, 900), load(batch, 1800)]);
    const { fitted } = fitInstance(dataOf('decode', readings(stairs, everywhere(loads), { noise: 0.01 })), CARDS);
    expect(fitted.model).to.equal('segments');
    expect(fitted.crossValidation.physics!.latencyMapePct).to.be.above(2 * fitted.crossValidation.segments.latencyMapePct!);
  });

  it('has no physics without cards', () => {
    const { fitted } = fitInstance(dataOf('decode', ofDevice(1)), null);
    expect([fitted.model, fitted.physics, fitted.crossValidation.physics]).to.deep.equal(['segments', null, null]);
  });

  it('reports what unseen points would show: latencies drawn at random are predicted by nobody', () => {
    const random = createRandom(2);
    const points = ofDevice(1, 0).map((point) => ({ ...point, latencyMs: point.latencyMs * Math.exp(0.5 * normal(random)) }));
    const { crossValidation, intervals } = fitInstance(dataOf('decode', points), CARDS).fitted;
    // A spread of 0.5 in the logarithm is some 40 % from the middle, and no fit of 65 points may look better than that by much.
    for (const { latencyMapePct } of [crossValidation.segments, crossValidation.physics!]) expect(latencyMapePct).to.be.above(30);
    expect(intervals!.latencyPct).to.be.above(60);
  });

  it('sets aside what contradicts both models, says so, and does not let it into the intervals', () => {
    const clean = fitInstance(dataOf('decode', ofDevice(5)), CARDS);
    const points = ofDevice(5).map((point, i) =>
      i % 16 === 3 ? { ...point, latencyMs: 5 * point.latencyMs, energyJ: 5 * point.energyJ } : point,
    );
    const { fitted, warnings } = fitInstance(dataOf('decode', points, idleOf('decode', factorsOf(5))), CARDS);
    expect(warnings).to.deep.equal(['4 of 65 points of "decode" contradict all others and were set aside']);
    expect(clean.warnings.filter((warning) => warning.includes('aside'))).to.deep.equal([]);
    expect(fitted.intervals!.latencyPct).to.be.below(8);
  });

  it('promises intervals that hold 90 to 99 % of fresh readings, by either model', () => {
    const fresh = everywhere(
      [load(10, 1000), load(30, 500), load(80, 900), load(110, 300), load(200, 600), load(300, 300)],
      [690, 1050, 1410],
    );
    const held = { physics: [0, 0], segments: [0, 0] };
    for (let seed = 1; seed <= 4; seed++) {
      const truth = deviceTruth('decode', factorsOf(seed));
      for (const [model, cards] of [
        ['physics', CARDS],
        ['segments', null],
      ] as const) {
        const { fitted } = fitInstance(dataOf('decode', ofDevice(seed), idleOf('decode', factorsOf(seed))), cards);
        expect(fitted.model).to.equal(model);
        const predictor = fittedPredictor(fitted, { ...fittedDocument, cards });
        for (const { latencyMs, ...place } of readings(truth, [...fresh, ...fresh, ...fresh], { noise: 0.02 }, createRandom(50 + seed))) {
          const said = predictor.predict(place, place.clockMhz);
          held[model][1]! += 1;
          if (100 * Math.abs(latencyMs / said.latencyMs - 1) <= said.errorPct!.latency) held[model][0]! += 1;
        }
      }
    }
    for (const [model, [within, all]] of Object.entries(held)) expect(within! / all!, model).to.be.within(0.9, 0.99);
  });

  it('knows the range that was measured', () => {
    const { range } = fitInstance(dataOf('decode', ofDevice(1).slice(0, 10)), null).fitted;
    expect(range).to.deep.equal({ batch: [1, 4], tokens: [512, 8192] });
  });

  it('has nothing to hold out after a point or two, and says that nothing is known', () => {
    for (const count of [1, 2]) {
      const { fitted, warnings } = fitInstance(dataOf('decode', ofDevice(1).slice(0, count)), CARDS);
      expect(fitted.crossValidation.segments.heldOutPoints).to.equal(0);
      expect(fitted.intervals).to.equal(null);
      expect(warnings.join()).to.match(/too few points/);
    }
  });
});
