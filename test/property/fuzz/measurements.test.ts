import { expect } from 'chai';
import { Workbench } from '../../../src/prediction/calibration/workbench.ts';
import { gpuCard } from '../../fixtures/cards.ts';
import { fuzzes } from '../../fixtures/fuzz/fuzz.ts';
import { SAMPLES, surroundings, tableOf } from '../../fixtures/measurements.ts';

const gpu = gpuCard('a100-sxm4-80gb');
const bench = new Workbench(gpu, surroundings.engine, surroundings.models);

describe('damaged measurement files', () => {
  fuzzes('a measurement table', {
    seeds: Object.values(SAMPLES),
    read: (bytes) => tableOf(bytes.toString('utf8'), gpu, 'damaged.csv'),
    says: /^damaged\.csv(:|, line \d+:| has no rows)/,
    // What is accepted is good for a fit: figures above 0, and answers above 0 to set beside them.
    holds: ({ observations }) => {
      expect(observations).to.have.length.above(0);
      for (const { measured, predict } of observations) {
        expect(Number.isFinite(Math.log(measured))).to.equal(true);
        expect(Number.isFinite(Math.log(predict(bench)))).to.equal(true);
      }
    },
  });
});
