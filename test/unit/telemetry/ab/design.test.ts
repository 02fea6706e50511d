import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { detectableErrors } from '../../../../src/statistics/detectable.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { blocksWithin, planAb, totalSOf, withDetectable, type AbWishes } from '../../../../src/telemetry/ab/design.ts';
import { attainableLevel, drawOrder, possibleOrders } from '../../../../src/telemetry/ab/orders.ts';

const wishes: AbWishes = { blocks: 8, periodsPerBlock: 2, periodS: 60, residenceS: 30, seed: 5 };

describe('planAb', () => {
  it('holds both arms equally often in each block, in an order that the seed tells', () => {
    for (const periodsPerBlock of [2, 4] as const) {
      const { order } = planAb({ ...wishes, periodsPerBlock });
      expect(order).to.have.length(8 * periodsPerBlock);
      for (let i = 0; i < order.length; i += periodsPerBlock)
        expect(order.slice(i, i + periodsPerBlock).filter((arm) => arm === 'A')).to.have.length(periodsPerBlock / 2);
    }
    expect(planAb(wishes).order).to.deep.equal(planAb(wishes).order);
    expect(new Set([1, 2, 3, 4, 5].map((seed) => planAb({ ...wishes, seed }).order.join())).size).to.be.above(2);
  });

  it('washes out for the longer of what a request takes and what a chip takes', () => {
    expect(planAb(wishes).washoutS).to.equal(60);
    expect(planAb({ ...wishes, residenceS: 90 }).washoutS).to.equal(90);
    expect(planAb({ ...wishes, residenceS: 2, thermalS: 0 }).washoutS).to.equal(2);
  });

  it('fits whole blocks in a time, washouts included', () => {
    expect(blocksWithin(8 * 240 + 239, wishes)).to.equal(8);
    expect(totalSOf(planAb(wishes))).to.equal(8 * 240);
  });

  it('refuses what could find nothing, and what is no time', () => {
    expect(() => planAb({ ...wishes, blocks: 5 }))
      .to.throw(VoltanaError)
      .with.property('code', 'BAD_VALUE');
    expect(() => planAb({ ...wishes, blocks: 3, periodsPerBlock: 4 }))
      .to.throw(VoltanaError)
      .with.property('code', 'BAD_VALUE');
    expect(() => planAb({ ...wishes, periodS: 0 }))
      .to.throw(VoltanaError)
      .with.property('code', 'BAD_VALUE');
    expect(() => planAb({ ...wishes, residenceS: NaN }))
      .to.throw(VoltanaError)
      .with.property('code', 'BAD_VALUE');
  });
});

describe('orders of blocks', () => {
  it('never puts more than two thirds of the pairs in one order', () => {
    for (let seed = 0; seed < 200; seed++) {
      const forward = drawOrder(createRandom(seed), 6, 2).filter((order) => order === 'AB').length;
      expect(forward).to.be.within(2, 4);
    }
  });

  it('go through all of few, each with its mirror, and draw from many', () => {
    const { orders, exact } = possibleOrders(createRandom(1), 6, 2);
    expect([orders.length, exact]).to.deep.equal([50, true]);
    const keys = new Set(orders.map((order) => order.join()));
    expect(keys.size).to.equal(50);
    for (const order of orders) expect(keys).to.include(order.map((arm) => -arm).join());
    expect(possibleOrders(createRandom(1), 4, 4).orders).to.have.length(256);
    expect(possibleOrders(createRandom(1), 30, 2).exact).to.equal(false);
  });

  it('cannot reach every level', () => {
    expect(attainableLevel(0.05, 6, 2)).to.equal(0.04);
    expect(attainableLevel(0.05, 4, 4)).to.equal(12 / 256);
  });
});

describe('the smallest change that a test finds', () => {
  it('nears the textbook for many periods: 1.96 and 1.28 standard errors', () => {
    expect(detectableErrors({ testDf: 5000, pilotDf: 5000, alpha: 0.025, power: 0.9 })).to.be.closeTo(3.2415, 0.01);
  });

  it('is larger where the noise is known from few periods, or the test has few', () => {
    const errors = (testDf: number, pilotDf: number): number => detectableErrors({ testDf, pilotDf, alpha: 0.025, power: 0.9 });
    expect(errors(5, 5000)).to.be.above(errors(50, 5000) + 0.5);
    expect(errors(50, 5)).to.be.above(errors(50, 5000) + 0.5);
  });

  it('falls with the number of blocks and grows with the noise', () => {
    const of = (blocks: number, spread: number): number => withDetectable(planAb({ ...wishes, blocks }), { spread, df: 4 }).detectablePct!;
    expect(of(12, 0.01)).to.be.below(of(6, 0.01));
    expect(of(8, 0.02)).to.be.closeTo(2 * of(8, 0.01), 0.2);
  });
});
