import { expect } from 'chai';
import { atLeastP, atMostP } from '../../../src/statistics/binomial.ts';

/** The sum itself, over logarithms of factorials. */
const summed = (hits: number, n: number, p: number): number => {
  const logFactorial = [0];
  for (let i = 1; i <= n; i++) logFactorial.push(logFactorial[i - 1]! + Math.log(i));
  let sum = 0;
  for (let i = hits; i <= n; i++)
    sum += Math.exp(logFactorial[n]! - logFactorial[i]! - logFactorial[n - i]! + i * Math.log(p) + (n - i) * Math.log(1 - p));
  return sum;
};

describe('binomial tails', () => {
  it('are the sums that they stand for', () => {
    expect(atLeastP(1, 10, 0.01)).to.be.closeTo(1 - 0.99 ** 10, 1e-12);
    expect(atMostP(0, 10, 0.01)).to.be.closeTo(0.99 ** 10, 1e-12);
    for (const [hits, n, p] of [
      [7, 100, 0.01],
      [60, 3000, 0.01],
      [390, 3000, 0.1],
      [650, 60_000, 0.01],
    ] as const)
      expect(atLeastP(hits, n, p) / summed(hits, n, p), `${hits} of ${n}`).to.be.closeTo(1, 1e-8);
  });

  it('are nearly those where there are very many tries', () => {
    expect(atLeastP(10_200, 100_000, 0.1) / summed(10_200, 100_000, 0.1)).to.be.closeTo(1, 0.02);
    expect(atLeastP(10_400, 100_000, 0.1) / summed(10_400, 100_000, 0.1)).to.be.closeTo(1, 0.1);
    expect(atLeastP(9900, 100_000, 0.1) / summed(9900, 100_000, 0.1)).to.be.closeTo(1, 0.01);
  });

  it('both together are one, but for the hits that both count', () => {
    for (const [hits, n, p] of [
      [3, 20, 0.1],
      [0, 5, 0.5],
      [12_100, 120_000, 0.1],
    ] as const)
      expect(atLeastP(hits, n, p) + atMostP(hits - 1, n, p)).to.be.closeTo(1, 1e-9);
  });

  it('know the edges', () => {
    expect([atLeastP(0, 0, 0.5), atLeastP(0, 10, 0.5), atLeastP(11, 10, 0.5), atLeastP(1, 10, 0), atLeastP(10, 10, 1)]).to.deep.equal([
      1, 1, 0, 0, 1,
    ]);
    expect([atMostP(10, 10, 0.5), atMostP(-1, 10, 0.5), atMostP(0, 0, 0.3)]).to.deep.equal([1, 0, 1]);
  });
});
