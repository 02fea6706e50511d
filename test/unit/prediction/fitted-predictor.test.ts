import { expect } from 'chai';
import type { FittedInstance, FittedLevel } from '../../../src/domain/profile.ts';
import { fittedPredictor } from '../../../src/prediction/fitted-predictor.ts';
import { LEVELS_MHZ, evaluateTerm, truth } from '../../fixtures/profiles.ts';

const scaled = (term: FittedLevel['latencyMs'], by: number): FittedLevel['latencyMs'] => ({
  perSequence: term.perSequence * by,
  perToken: term.perToken * by,
  constant: term.constant * by,
});

const levelOf = (clockMhz: number): FittedLevel => ({
  clockMhz,
  latencyMs: truth.latencyMs(clockMhz),
  energyJ: scaled(truth.latencyMs(clockMhz), truth.powerW(clockMhz) / 1000),
  idleW: 50 + clockMhz / 100,
});

const fitted: FittedInstance = {
  instance: 'd0',
  phase: 'decode',
  range: { batch: [4, 64], tokens: [4096, 81_920] },
  levels: LEVELS_MHZ.map(levelOf),
};
const load = { batch: 24, tokens: 30_000 };

describe('the fitted predictor', () => {
  const predictor = fittedPredictor(fitted, 'emulated');

  it('answers at a profiled clock what was fitted there', () => {
    for (const clockMhz of LEVELS_MHZ) {
      const { latencyMs, powerW, idleW, inRange } = predictor.predict(load, clockMhz);
      expect(latencyMs).to.be.closeTo(evaluateTerm(truth.latencyMs(clockMhz), load.batch, load.tokens), 1e-9);
      expect(powerW).to.be.closeTo(truth.powerW(clockMhz), 1e-9);
      expect({ idleW, inRange }).to.deep.equal({ idleW: 50 + clockMhz / 100, inRange: true });
    }
  });

  it('goes along 1/f in time between two of them, which is exact for what waits for SM cycles', () => {
    for (const clockMhz of [615, 800, 1200, 1395]) {
      const exactMs = evaluateTerm(truth.latencyMs(clockMhz), load.batch, load.tokens);
      expect(predictor.predict(load, clockMhz).latencyMs).to.be.closeTo(exactMs, 1e-9);
    }
  });

  it('goes along f in power and idle power', () => {
    const { powerW, idleW } = predictor.predict(load, 750);
    expect(powerW).to.be.closeTo(truth.powerW(750), 1e-9);
    expect(idleW).to.be.closeTo(57.5, 1e-9);
  });

  it('answers for the nearest clock outside, and says that it lies outside', () => {
    expect(predictor.clockRangeMhz).to.deep.equal([600, 1410]);
    for (const [asked, known] of [
      [210, 600],
      [1980, 1410],
    ] as const) {
      expect(predictor.predict(load, asked)).to.deep.equal({ ...predictor.predict(load, known), inRange: false });
    }
  });

  it('says when the load lies outside what was measured', () => {
    const inRange = (batch: number, tokens: number): boolean => predictor.predict({ batch, tokens }, 1005).inRange;
    expect([inRange(4, 4096), inRange(64, 81_920)]).to.deep.equal([true, true]);
    expect([inRange(3, 4096), inRange(65, 81_920), inRange(4, 4095), inRange(64, 81_921)]).to.deep.equal([false, false, false, false]);
  });

  it('predicts no less than idle power, and no time below zero', () => {
    const nothing = { perSequence: 0, perToken: 0, constant: 0 };
    const empty = fittedPredictor({ ...fitted, levels: [{ clockMhz: 1005, latencyMs: nothing, energyJ: nothing, idleW: 60 }] }, 'measured');
    const { latencyMs, powerW } = empty.predict({ batch: 0, tokens: 0 }, 1005);
    expect(latencyMs).to.be.above(0);
    expect(powerW).to.equal(60);
  });

  it('carries the evidence it was made from', () => {
    expect([predictor.evidence, fittedPredictor(fitted, 'measured').evidence]).to.deep.equal(['emulated', 'measured']);
  });
});
