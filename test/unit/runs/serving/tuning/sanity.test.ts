import { expect } from 'chai';
import type { DecodeLoad, PrefillLoad } from '../../../../../src/telemetry/load.ts';
import { farOff, invalidPrediction } from '../../../../../src/runs/serving/tuning/sanity.ts';
import { noPredictor } from '../../../../../src/prediction/no-predictor.ts';
import type { AdaptivePredictor } from '../../../../../src/prediction/adaptive/adaptive-predictor.ts';
import type { Predictor } from '../../../../../src/prediction/predictor.ts';

const saying = (latencyMs: number, powerW = 200): Predictor => ({
  clockRangeMhz: [690, 1410],
  evidence: 'emulated',
  predict: () => ({ latencyMs, powerW, idleW: 60, errorPct: null, inRange: true }),
});
const learning = (correctionPct: number): AdaptivePredictor => ({ learnt: () => ({ correctionPct }) }) as unknown as AdaptivePredictor;
const decode = { phase: 'decode', batch: 4, kvTokens: 4000, incoming: 0 } as unknown as DecodeLoad;
const idle = { ...decode, batch: 0 } as DecodeLoad;
const prefill = { phase: 'prefill', waiting: [], waitingTokens: 0 } as unknown as PrefillLoad;
const instance = (predictor: Predictor, learns?: AdaptivePredictor) =>
  ({ id: 'd0', role: 'decode', gpuCount: 1, predictor, ...(learns ? { learning: learns } : {}) }) as const;

describe('sanity of predictions', () => {
  for (const value of [NaN, Infinity, -Infinity, 0, -1]) {
    it(`${value} ms and ${value} W are none`, () => {
      expect(invalidPrediction(instance(saying(value)), decode, 1410)).to.include(`${value} ms`);
      expect(invalidPrediction(instance(saying(20, value)), decode, 1410)).to.include(`${value} W`);
    });
  }

  it('a prediction is asked for within what its predictor knows, also with nothing to do', () => {
    const strict: Predictor = {
      ...saying(20),
      predict(load, clockMhz) {
        expect(clockMhz).to.be.within(690, 1410);
        expect(load.batch).to.be.at.least(1);
        return saying(20).predict(load, clockMhz);
      },
    };
    for (const load of [decode, idle, prefill])
      for (const clockMhz of [210, 1410, 2000]) expect(invalidPrediction(instance(strict), load, clockMhz)).to.equal(null);
  });

  it('ten times too slow or too fast is too far, twice is not', () => {
    for (const times of [10, 0.1]) expect(farOff(instance(saying(20)), decode, 1410, 20 * times)).to.include(`${times.toFixed(1)} times`);
    for (const times of [2, 1, 0.5]) expect(farOff(instance(saying(20)), decode, 1410, 20 * times)).to.equal(null);
  });

  it('what follows its instance is judged by how far it had to follow', () => {
    expect(farOff(instance(saying(20), learning(900)), decode, 1410, 20)).to.include('10.0 times');
    expect(farOff(instance(saying(20), learning(-90)), decode, 1410, 20)).to.include('0.1 times');
    expect(farOff(instance(saying(20), learning(50)), decode, 1410, 200)).to.equal(null);
  });

  it('nothing is held against what nobody predicted, or what nobody saw', () => {
    expect(farOff(instance(noPredictor), decode, 1410, 500)).to.equal(null);
    expect(invalidPrediction(instance(noPredictor), decode, 1410)).to.equal(null);
    expect(farOff(instance(saying(20)), idle, 1410, 500)).to.equal(null);
    expect(farOff(instance(saying(20)), decode, 1410, null)).to.equal(null);
    expect(farOff(instance(saying(20)), prefill, 1410, 5000)).to.equal(null);
  });
});
