import { expect } from 'chai';
import { adaptivePredictor } from '../../../../src/prediction/adaptive/adaptive-predictor.ts';
import type { IterationLoad, Predictor } from '../../../../src/prediction/predictor.ts';
import { tabledPredictor } from '../../../../src/prediction/tabled/tabled-predictor.ts';
import { predictorOf } from '../../../fixtures/world/loads.ts';
import { clocksMhz } from '../../../fixtures/world/shipped.ts';

/** Counts what it is asked. */
const counted = (base: Predictor) => {
  const counter = { asked: 0, predictor: base };
  counter.predictor = {
    clockRangeMhz: base.clockRangeMhz,
    evidence: base.evidence,
    predict: (load, clockMhz) => {
      counter.asked++;
      return base.predict(load, clockMhz);
    },
  };
  return counter;
};

const decode = predictorOf('d0');

describe('a tabled predictor', () => {
  it('asks the wrapped one only for what is new', () => {
    const counter = counted(decode);
    const tabled = tabledPredictor(counter.predictor, 'decode', clocksMhz);
    const load: IterationLoad = { batch: 20, tokens: 24_000 };
    const first = tabled.predict(load, 1005);
    const { asked } = counter;
    expect(tabled.predict(load, 1005)).to.deep.equal(first);
    tabled.predict({ batch: 20, tokens: 24_050 }, 1005);
    expect(counter.asked).to.equal(asked);
    tabled.predict({ batch: 21, tokens: 24_000 }, 1005);
    expect(counter.asked).to.be.above(asked);
  });

  it('passes through clocks that are not of the table, parts of requests and endless loads', () => {
    const tabled = tabledPredictor(decode, 'decode', clocksMhz);
    for (const [load, clockMhz] of [
      [{ batch: 20, tokens: 24_000 }, 1001],
      [{ batch: 20, tokens: 24_000 }, 10_000],
      [{ batch: 20.5, tokens: 24_000 }, 1005],
      [{ batch: 20, tokens: 1e12 }, 1005],
      [{ batch: 1e9, tokens: 1e9 }, 1005],
    ] as const) {
      expect(tabled.predict(load, clockMhz)).to.deep.equal(decode.predict(load, clockMhz));
    }
  });

  it('tells evidence, range, idle power and intervals as the wrapped one does', () => {
    const tabled = tabledPredictor(decode, 'decode', clocksMhz);
    expect([tabled.evidence, tabled.clockRangeMhz]).to.deep.equal([decode.evidence, decode.clockRangeMhz]);
    for (const load of [
      { batch: 8, tokens: 8000 },
      { batch: 900, tokens: 4_000_000 },
    ]) {
      const { idleW, errorPct, inRange } = decode.predict(load, 705);
      expect(tabled.predict(load, 705)).to.include({ idleW, errorPct, inRange });
    }
  });

  it('lies below a predictor that learns: what was learnt shows at once', () => {
    const load = { batch: 16, tokens: 16_000 };
    const learning = adaptivePredictor(tabledPredictor(decode, 'decode', clocksMhz), 'decode');
    const before = learning.predict(load, 1005).latencyMs;
    for (let i = 0; i < 50; i++) learning.observe({ load, clockMhz: 1005, latencyMs: before * 1.2, atMs: i * 100 });
    expect(learning.predict(load, 1005).latencyMs).to.be.above(before * 1.05);
  });
});
