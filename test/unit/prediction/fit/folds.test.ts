import { expect } from 'chai';
import { foldsOf } from '../../../../src/prediction/fit/folds.ts';
import { CLOCKS, DECODE_LOADS, everywhere, PREFILL_LOADS, readings, stairs } from '../../../fixtures/fitting.ts';

const points = readings(stairs, everywhere(DECODE_LOADS));

describe('folds of cross-validation', () => {
  it('never fit what they hold out, and lose no point', () => {
    const folds = foldsOf('decode', points);
    for (const { heldOut, others } of folds) {
      expect(heldOut.filter((point) => others.includes(point))).to.deep.equal([]);
      expect(heldOut.length + others.length).to.equal(points.length);
    }
    expect(new Set(folds.flatMap(({ heldOut }) => heldOut)).size).to.equal(points.length);
  });

  it('hold repeated measurements out together', () => {
    const repeated = [...points, ...points.map((point) => ({ ...point, latencyMs: point.latencyMs * 1.01 }))];
    const placeOf = ({ clockMhz, batch, tokens }: (typeof points)[number]): string => `${clockMhz} ${batch} ${tokens}`;
    for (const { heldOut, others } of foldsOf('decode', repeated)) {
      const seen = new Set(others.map(placeOf));
      expect(heldOut.filter((point) => seen.has(placeOf(point)))).to.deep.equal([]);
    }
  });

  it('hold whole clocks and whole batches out, but never the outermost: beyond them nothing is promised', () => {
    const folds = foldsOf('decode', points);
    const clocksGone = folds.flatMap(({ others }) => CLOCKS.filter((mhz) => others.every(({ clockMhz }) => clockMhz !== mhz)));
    expect([...new Set(clocksGone)].sort((a, b) => a - b)).to.deep.equal(CLOCKS.slice(1, -1));
    const batches = DECODE_LOADS.map(({ batch }) => batch);
    const batchesGone = folds.flatMap(({ others }) => batches.filter((size) => others.every(({ batch }) => batch !== size)));
    expect([...new Set(batchesGone)].sort((a, b) => a - b)).to.deep.equal(batches.slice(1, -1));
  });

  it('hold prompts out by their tokens: all of them are one batch of rows', () => {
    const prompts = readings(stairs, everywhere(PREFILL_LOADS));
    const gone = foldsOf('prefill', prompts).flatMap(({ others }) =>
      PREFILL_LOADS.filter(({ tokens }) => others.every((other) => other.tokens !== tokens)),
    );
    expect(new Set(gone.map(({ tokens }) => tokens)).size).to.equal(PREFILL_LOADS.length - 2);
  });

  it('are none where too little would be left', () => {
    expect(foldsOf('decode', points.slice(0, 1))).to.deep.equal([]);
    expect(foldsOf('decode', points.slice(0, 3))).to.deep.equal([]);
  });
});
