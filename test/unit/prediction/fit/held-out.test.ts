import { expect } from 'chai';
import { heldOutBy, intervalsOf, qualityOf } from '../../../../src/prediction/fit/held-out.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { everywhere, load, normal, readings, stairs } from '../../../fixtures/fitting.ts';

const LOADS = Array.from({ length: 40 }, (_, i) => load(1 + i, 100 + 37 * i));
const points = readings(stairs, everywhere(LOADS), { noise: 0.02 }, createRandom(4));

describe('the quality of a fit on held-out points', () => {
  it('is the mean of the errors, in per cent of what was measured', () => {
    const off = heldOutBy(
      (at, mhz) => ({ latencyMs: stairs(at, mhz).latencyMs * 1.1, powerW: stairs(at, mhz).powerW * 0.95 }),
      readings(stairs, everywhere(LOADS)),
    );
    const { latencyMapePct, powerMapePct, heldOutPoints } = qualityOf(off);
    expect(latencyMapePct).to.be.closeTo(10, 1e-9);
    expect(powerMapePct).to.be.closeTo(5, 1e-9);
    expect(heldOutPoints).to.equal(200);
    expect(qualityOf([...off, ...off]).heldOutPoints, 'a point held out twice is one point').to.equal(200);
  });

  it('has an r2 of 1 for the truth, and of 0 for the mean', () => {
    const exact = readings(stairs, everywhere(LOADS));
    const mean = exact.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / exact.length;
    expect(qualityOf(heldOutBy(stairs, exact)).r2).to.be.closeTo(1, 1e-12);
    expect(qualityOf(heldOutBy(() => ({ latencyMs: mean, powerW: 1 }), exact)).r2).to.be.closeTo(0, 1e-9);
  });

  it('is unknown, not perfect, when nothing was held out', () => {
    expect(qualityOf([])).to.deep.equal({ latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 });
    expect(intervalsOf([])).to.equal(null);
    expect(intervalsOf(heldOutBy(stairs, points.slice(0, 18))), 'too few for 95 %').to.equal(null);
  });

  it('gives intervals that hold 95 % of fresh readings', () => {
    const intervals = intervalsOf(heldOutBy(stairs, points))!;
    const random = createRandom(5);
    const within =
      Array.from({ length: 4000 }, () => Math.abs(0.02 * normal(random)) * 100 <= intervals.latencyPct).filter(Boolean).length / 4000;
    expect(within).to.be.within(0.92, 0.98);
    expect(intervals.powerPct).to.be.within(3, 5.5);
  });
});
