import { expect } from 'chai';
import type { GpuCard } from '../../../../src/domain/cards.ts';
import { calibrate } from '../../../../src/prediction/calibration/calibrate.ts';
import { CONSTANTS, constantOf, displaced, withConstants } from '../../../../src/prediction/calibration/constants.ts';
import { fitCard } from '../../../../src/prediction/calibration/fit-card.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { gpuCard } from '../../../fixtures/cards.ts';
import { answersOf, csvOf, ITERATIONS, SAMPLES, surroundings, tableOf, type Answer } from '../../../fixtures/measurements.ts';

const FIT_MS = 60_000;
const start = gpuCard('a100-sxm4-80gb');

/** A GPU that differs from the card in everything that is fitted, by up to a fifth. */
const other: GpuCard = withConstants(
  start,
  CONSTANTS,
  CONSTANTS.map(({ path, most }, index) => Math.min(most, constantOf(start, path) * [0.85, 1.05, 1.2, 0.9, 1.1][index % 5]!)),
);

const fittedTo = (answers: readonly Answer[]): GpuCard => fitCard(start, [tableOf(csvOf(ITERATIONS, answers), start)], surroundings);

/** Relative differences between what two cards say. */
const differences = (left: GpuCard, right: GpuCard, of: keyof Answer, iterations = ITERATIONS): number[] => {
  const theirs = answersOf(right, iterations);
  return answersOf(left, iterations).map((each, index) => Math.abs(each[of] / theirs[index]![of] - 1));
};
const farthest = (...args: Parameters<typeof differences>): number => Math.max(...differences(...args));

describe('fitting a card', () => {
  it('starts where there is something to find', () => {
    expect(farthest(start, other, 'latencyMs')).to.be.above(0.05);
    expect(farthest(start, other, 'powerW')).to.be.above(0.04);
  });

  it('finds what another GPU answers, also where nothing was measured', function () {
    this.timeout(FIT_MS);
    const fitted = fittedTo(answersOf(other, ITERATIONS));
    expect(farthest(fitted, other, 'latencyMs')).to.be.below(0.01);
    expect(farthest(fitted, other, 'powerW')).to.be.below(0.01);
    const between = ITERATIONS.map((each) => ({ ...each, clockMhz: each.clockMhz - 75, batch: each.batch * 2 }));
    expect(farthest(fitted, other, 'latencyMs', between)).to.be.below(0.02);
    expect(farthest(fitted, other, 'powerW', between)).to.be.below(0.02);
  });

  it('bends by less than two per cent when every tenth row is five times too high or too low', function () {
    this.timeout(FIT_MS);
    const truth = answersOf(other, ITERATIONS);
    for (const factor of [5, 1 / 5]) {
      const random = createRandom(7);
      const damaged = truth.map(({ latencyMs, powerW }) => ({ latencyMs: latencyMs * (random.next() < 0.1 ? factor : 1), powerW }));
      const off = differences(fittedTo(damaged), other, 'latencyMs');
      expect(off.reduce((sum, each) => sum + each, 0) / off.length).to.be.below(0.02);
      // Least squares over the logarithms would move all of them by a tenth of the damage, 16 %.
      expect(Math.max(...off)).to.be.below(0.1);
    }
  });
});

describe('calibrating a card', () => {
  it('leaves alone what no table speaks of, its source included', function () {
    this.timeout(FIT_MS);
    const { card, fitted } = calibrate(start, [tableOf(SAMPLES.allReduce, start)], surroundings);
    expect(fitted.map(({ path }) => path)).to.deep.equal(['allReduce.floorMs', 'allReduce.GBps']);
    const untouched = (each: GpuCard): object => ({ ...each, allReduce: null, sources: null });
    expect(untouched(card)).to.deep.equal(untouched(start));
  });

  it('names its tables as the source of the first constant, and points at it from the others', function () {
    this.timeout(FIT_MS);
    const { card } = calibrate(start, [tableOf(SAMPLES.allReduce, start)], surroundings);
    expect(card.sources['allReduce.floorMs']).to.match(/^npm run calibrate, .*: all-reduce \(ai-dynamo\/aiconfigurator\)$/);
    expect(card.sources['allReduce.GBps']).to.equal('the fit of allReduce.floorMs');
  });

  it('does not give away a source that another constant still points at', function () {
    this.timeout(FIT_MS);
    const sources = { ...start.sources, 'allReduce.floorMs': 'the first fit', 'power.hbmW': 'the fit of allReduce.floorMs' };
    const { card } = calibrate({ ...start, sources }, [tableOf(SAMPLES.allReduce, start)], surroundings);
    expect(card.sources['power.hbmW']).to.equal('the first fit');
  });

  it('changes nothing any more when it is run again', function () {
    this.timeout(FIT_MS);
    const table = tableOf(csvOf(ITERATIONS, answersOf(other, ITERATIONS)), start);
    const once = calibrate(start, [table], surroundings).card;
    const twice = calibrate(once, [table], surroundings);
    expect(twice.fitted.length).to.be.above(10);
    expect(farthest(once, twice.card, 'latencyMs')).to.be.below(0.01);
    expect(farthest(once, twice.card, 'powerW')).to.be.below(0.01);
  });

  it('keeps every constant within its bounds, whatever was measured', function () {
    this.timeout(FIT_MS);
    const answers = answersOf(start, ITERATIONS).map(({ latencyMs, powerW }) => ({ latencyMs: latencyMs / 20, powerW: powerW * 20 }));
    const fitted = fittedTo(answers);
    for (const { path, least, most } of CONSTANTS) expect(constantOf(fitted, path), path).to.be.within(least * 0.999, most * 1.001);
  });
});

describe('a displaced card', () => {
  it('is off in every fitted constant and in nothing else', () => {
    const off = displaced(start, 1.25);
    for (const { path, most } of CONSTANTS) {
      const factor = constantOf(off, path) / constantOf(start, path);
      expect(Math.abs(Math.log(factor)) > 0.05 || constantOf(off, path) === most, path).to.equal(true);
    }
    const same = withConstants(
      off,
      CONSTANTS,
      CONSTANTS.map(({ path }) => constantOf(start, path)),
    );
    expect(same).to.deep.equal(start);
  });
});
