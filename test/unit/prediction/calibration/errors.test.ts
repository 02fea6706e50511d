import { expect } from 'chai';
import { errorsOf, leaveOneOut, missesIn, missesWithout, type TableError } from '../../../../src/prediction/calibration/errors.ts';
import type { Observation, Table } from '../../../../src/prediction/calibration/observation.ts';
import { gpuCard } from '../../../fixtures/cards.ts';
import { answersOf, csvOf, ITERATIONS, surroundings, tableOf } from '../../../fixtures/measurements.ts';

const FIT_MS = 120_000;
const card = gpuCard('a100-sxm4-80gb');
const iterations = ITERATIONS.filter(({ phase, model }) => phase === 'decode' && model === 'llama-3.1-8b');
const honest = tableOf(csvOf(iterations, answersOf(card, iterations)), card);

const changed = (table: Table, change: (each: Observation) => number): Table => ({
  ...table,
  observations: table.observations.map((each) => ({ ...each, measured: each.measured * change(each) })),
});

const latencyOf = (errors: readonly TableError[]): TableError => errors.find(({ quantity }) => quantity === 'latency')!;

describe('errors of a card', () => {
  it('are none on its own answers', () => {
    for (const { mapePct, worstPct, n, scale } of errorsOf(card, [honest], surroundings)) {
      expect([mapePct, worstPct].every((pct) => pct < 1e-6)).to.equal(true);
      expect(scale).to.equal(1);
      expect(n).to.equal(iterations.length);
    }
  });

  it('are relative to what was measured, and name the worst row', () => {
    const [first] = honest.observations;
    const { mapePct, worstPct, worst } = latencyOf(errorsOf(card, [changed(honest, (each) => (each === first ? 2 : 1))], surroundings));
    expect(worst).to.equal(first!.what);
    expect(worstPct).to.be.closeTo(50, 1e-6);
    expect(mapePct).to.be.closeTo(50 / iterations.length, 1e-6);
  });

  it('are signed row by row: above 0 where the model says more', () => {
    const half = changed(honest, () => 0.5);
    for (const { errorPct } of missesIn(card, half, surroundings)) expect(errorPct).to.be.closeTo(100, 1e-6);
  });

  it('leave a common factor to the table that has a scale of its own, for times alone', () => {
    const slower = { ...changed(honest, () => 1.25), ownScale: true };
    const errors = errorsOf(card, [slower], surroundings);
    expect(latencyOf(errors)).to.include({ quantity: 'latency' });
    expect(latencyOf(errors).mapePct).to.be.below(1e-6);
    expect(latencyOf(errors).scale).to.be.closeTo(0.8, 1e-9);
    expect(errors.find(({ quantity }) => quantity === 'power')!.mapePct).to.be.closeTo(20, 1e-6);
  });
});

describe('held-out errors', () => {
  const HELD_OUT = ['batch 1', 'batch 8', 'batch 32', 'batch 128', 'batch 256'];
  const latencyMisses = (table: Table, group: string): number[] =>
    missesWithout(card, [table], 'batch', group, surroundings)
      .flat()
      .filter(({ observation }) => observation.quantity === 'latency')
      .map(({ errorPct }) => Math.abs(errorPct));
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

  it('are small where the rest tells what was left out, though no fit starts at the truth', function () {
    this.timeout(FIT_MS);
    const { n, mapePct } = latencyOf(leaveOneOut(card, [honest], 'batch', surroundings));
    expect(n).to.equal(iterations.length);
    expect(mapePct).to.be.below(4);
  });

  it('explode for a group that is wrong, and for that one alone', function () {
    this.timeout(FIT_MS);
    const poisoned = changed(honest, ({ quantity, groups }) => (quantity === 'latency' && groups.batch === 'batch 8' ? 3 : 1));
    for (const group of HELD_OUT) {
      const typicalPct = median(latencyMisses(poisoned, group));
      // A model that has not seen what is three times as long as it should be says a third of it.
      if (group === 'batch 8') expect(typicalPct).to.be.closeTo(67, 5);
      else expect(typicalPct, group).to.be.below(30);
    }
  });

  it('judge no table that is all one group', () => {
    expect(leaveOneOut(card, [honest], 'model', surroundings)).to.deep.equal([]);
  });
});
