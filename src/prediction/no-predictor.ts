import type { Predictor } from './predictor.ts';

/** Of an instance that nobody has measured and no card describes. Whoever may be given one asks nothing of it: governor `max`, routing by counts. */
export const noPredictor: Predictor = {
  clockRangeMhz: [0, Infinity],
  evidence: 'extrapolated',
  predict() {
    throw new RangeError('nothing is known of this instance: profile its cluster first');
  },
};
