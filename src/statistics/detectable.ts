import { bisect, errorFunction, probit } from 'simple-statistics';
import { criticalT } from './student-t.ts';

/** Points of each spread's distribution: the middles of equally likely parts. */
const PARTS = 20;
const MOST_ERRORS = 200;

/** An estimated standard deviation in units of the true one, equally likely values (Wilson and Hilferty's cube root of chi-square). */
const estimatedSpreads = (df: number): number[] =>
  Array.from({ length: PARTS }, (_, i) => {
    const z = probit((i + 0.5) / PARTS);
    const root = 1 - 2 / (9 * df) + z * Math.sqrt(2 / (9 * df));
    return Math.max(0, root) ** 1.5;
  });

const normalCdf = (z: number): number => 0.5 + errorFunction(z / Math.SQRT2) / 2;

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Power {
  /** Of the test's own residuals. */
  readonly testDf: number;
  /** Of the residuals that the noise was estimated from, beforehand. */
  readonly pilotDf: number;
  /** One-sided. */
  readonly alpha: number;
  /** How often the effect is to be found. */
  readonly power: number;
}

/**
 * How many estimated standard errors an effect must have to be found so often by a t-test. Both spreads are estimates, the
 * pilot's and the test's: a promise from a pilot of few periods must be the larger, or it would be kept too seldom.
 */
export const detectableErrors = ({ testDf, pilotDf, alpha, power }: Power): number => {
  const critical = criticalT(2 * alpha, testDf);
  const [pilot, test] = [estimatedSpreads(pilotDf), estimatedSpreads(testDf)];
  const found = (errors: number): number =>
    average(pilot.map((known) => average(test.map((seen) => normalCdf(errors * known - critical * seen)))));
  return bisect((errors: number) => found(errors) - power, 0, MOST_ERRORS, 60, 1e-4);
};
