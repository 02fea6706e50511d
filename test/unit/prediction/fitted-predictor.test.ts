import { expect } from 'chai';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { FittedInstance, FittedLevel, LinearTerm } from '../../../src/domain/profile.ts';
import { fittedPredictor } from '../../../src/prediction/fitted-predictor.ts';
import { PhysicsModel } from '../../../src/prediction/physics.ts';
import { fitted as someDocument } from '../../fixtures/documents.ts';
import { CARDS, factorsOf } from '../../fixtures/fitting.ts';
import { LEVELS_MHZ, evaluateTerm, truth } from '../../fixtures/profiles.ts';

const scaled = (term: LinearTerm, by: number): LinearTerm => ({
  perSequence: term.perSequence * by,
  perToken: term.perToken * by,
  constant: term.constant * by,
});

const levelOf = (clockMhz: number): FittedLevel => ({
  clockMhz,
  idleW: 50 + clockMhz / 100,
  segments: [
    {
      batch: [4, 64],
      latencyMs: truth.latencyMs(clockMhz),
      energyJ: scaled(truth.latencyMs(clockMhz), truth.powerW(clockMhz) / 1000),
    },
  ],
});

const fitted: FittedInstance = {
  instance: 'd0',
  phase: 'decode',
  range: { batch: [4, 64], tokens: [4096, 81_920] },
  model: 'segments',
  crossValidation: { segments: { latencyMapePct: 1, powerMapePct: 1, r2: 1, heldOutPoints: 60 }, physics: null },
  intervals: { latencyPct: 3, powerPct: 4 },
  levels: LEVELS_MHZ.map(levelOf),
  physics: null,
};
const source = { ...someDocument, evidence: 'emulated', cards: CARDS } as const;
const load = { batch: 24, tokens: 30_000 };

describe('the fitted predictor', () => {
  const predictor = fittedPredictor(fitted, source);

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
      expect(predictor.predict(load, asked)).to.deep.equal({ ...predictor.predict(load, known), inRange: false, errorPct: null });
    }
  });

  it('says when the load lies outside what was measured', () => {
    const inRange = (batch: number, tokens: number): boolean => predictor.predict({ batch, tokens }, 1005).inRange;
    expect([inRange(4, 4096), inRange(64, 81_920)]).to.deep.equal([true, true]);
    expect([inRange(3, 4096), inRange(65, 81_920), inRange(4, 4095), inRange(64, 81_921)]).to.deep.equal([false, false, false, false]);
  });

  it('predicts no less than idle power, and no time below zero', () => {
    const nothing = { perSequence: 0, perToken: 0, constant: 0 };
    const segments = [{ batch: [1, 64] as const, latencyMs: nothing, energyJ: nothing }];
    const empty = fittedPredictor({ ...fitted, levels: [{ clockMhz: 1005, idleW: 60, segments }] }, source);
    const { latencyMs, powerW } = empty.predict({ batch: 0, tokens: 0 }, 1005);
    expect(latencyMs).to.be.above(0);
    expect(powerW).to.equal(60);
  });

  it('carries the evidence it was made from', () => {
    expect([predictor.evidence, fittedPredictor(fitted, { ...source, evidence: 'measured' }).evidence]).to.deep.equal([
      'emulated',
      'measured',
    ]);
  });

  it('promises its interval where something was measured, and nothing elsewhere', () => {
    expect(predictor.predict(load, 1005).errorPct).to.deep.equal({ latency: 3, power: 4 });
    expect(predictor.predict({ batch: 65, tokens: 30_000 }, 1005).errorPct).to.equal(null);
    expect(fittedPredictor({ ...fitted, intervals: null }, source).predict(load, 1005).errorPct).to.equal(null);
  });

  it('takes the stretch that a load lies on: of batches in decode, of tokens in prefill, beyond the last the last', () => {
    const flat = (constant: number): LinearTerm => ({ perSequence: 0, perToken: 0, constant });
    const stretch = (low: number, high: number, ms: number) => ({ batch: [low, high] as const, latencyMs: flat(ms), energyJ: flat(1) });
    const levels = [{ clockMhz: 1005, idleW: 0, segments: [stretch(4, 8, 10), stretch(9, 16, 20), stretch(17, 64, 30)] }];
    const at = (phase: FittedInstance['phase'], batch: number, tokens: number): number =>
      fittedPredictor({ ...fitted, phase, levels }, source).predict({ batch, tokens }, 1005).latencyMs;
    expect([1, 8, 8.5, 9, 16, 17, 500].map((batch) => at('decode', batch, 5))).to.deep.equal([10, 10, 20, 20, 20, 30, 30]);
    expect([8, 16, 64].map((tokens) => at('prefill', 1, tokens))).to.deep.equal([10, 20, 30]);
  });
});

describe('the fitted predictor on physics', () => {
  const physics = factorsOf(3);
  const byPhysics: FittedInstance = { ...fitted, model: 'physics', physics };
  const predictor = fittedPredictor(byPhysics, source);

  it('answers as the analytic model with the device’s factors, at any clock', () => {
    const model = new PhysicsModel(CARDS, source.provenance.tp, 'decode', physics);
    for (const clockMhz of [600, 777, 1410]) {
      const { latencyMs, powerW } = model.estimate(load, clockMhz);
      const said = predictor.predict(load, clockMhz);
      expect([said.latencyMs, said.powerW, said.idleW]).to.deep.equal([latencyMs, model.shownW(powerW), model.idleW(clockMhz)]);
      expect(said.inRange).to.equal(true);
    }
  });

  it('follows the clock outside of what was measured too, and says that it lies outside', () => {
    const below = predictor.predict(load, 450);
    expect(below.latencyMs).to.be.above(predictor.predict(load, 600).latencyMs);
    expect([below.inRange, below.errorPct]).to.deep.equal([false, null]);
  });

  it('does not answer by another model when its own is not there', () => {
    for (const [instance, of] of [
      [byPhysics, { ...source, cards: null }],
      [{ ...byPhysics, physics: null }, source],
    ] as const)
      expect(() => fittedPredictor(instance, of))
        .to.throw(VoltanaError, 'physics predicts "d0"')
        .with.property('exitCode', 2);
  });
});
