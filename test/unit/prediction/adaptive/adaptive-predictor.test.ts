import { expect } from 'chai';
import { adaptivePredictor, type AdaptivePredictor } from '../../../../src/prediction/adaptive/adaptive-predictor.ts';
import type { Predictor } from '../../../../src/prediction/predictor.ts';
import { AS_FITTED, deviceWith, personalityOf, profiled } from '../../../fixtures/adaptation/profiled.ts';
import {
  anywhere,
  CLOCKS_MHZ,
  errorPct,
  furthestApartPct,
  live,
  MANY_OUTLIERS,
  meanOf,
  WITHOUT_OUTLIERS,
} from '../../../fixtures/adaptation/experiment.ts';

const SEED = 3;
const personality = personalityOf(SEED);
const device = deviceWith(personality);
const base = profiled(personality, 'decode', SEED);
const loadOf = (batch: number) => ({ batch, tokens: batch * 1000 });

/** Iterations at the predicted latency times a factor, one every 20 ms, at changing loads and clocks. */
const teach = (adaptive: AdaptivePredictor, count: number, factor: number, fromMs = 0): void => {
  for (let i = 0; i < count; i++) {
    const load = loadOf(8 + ((i * 7) % 60));
    const clockMhz = CLOCKS_MHZ[(i * 11) % CLOCKS_MHZ.length]!;
    const { latencyMs } = base.predict(load, clockMhz);
    adaptive.observe({ load, clockMhz, latencyMs: latencyMs * factor, atMs: fromMs + 20 * i });
  }
};
const errorOf = (ratios: readonly number[]): number => Math.max(...ratios.map((ratio) => 100 * Math.abs(ratio - 1)));
const points = anywhere('decode', SEED, 200);
const answersOf = (predictor: Predictor) => points.map(({ load, clockMhz }) => predictor.predict(load, clockMhz));

describe('an adaptive predictor', () => {
  it('answers as the one it wraps until it has learnt something', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    expect(answersOf(adaptive)).to.deep.equal(answersOf(base));
    expect(adaptive.clockRangeMhz).to.deep.equal(base.clockRangeMhz);
    expect(adaptive.evidence).to.equal(base.evidence);
    expect(adaptive.learnt()).to.include({ accepted: 0, effectiveSamples: 0, correctionPct: 0, frozen: false });
  });

  it('learns that everything became slower, also at loads and clocks it has not seen', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    teach(adaptive, 200, 1.08);
    for (const batch of [4, 30, 100, 200])
      for (const clockMhz of [705, 1410]) {
        const ratio = adaptive.predict(loadOf(batch), clockMhz).latencyMs / base.predict(loadOf(batch), clockMhz).latencyMs;
        expect(ratio, `${batch} at ${clockMhz}`).to.be.within(1.05, 1.11);
      }
    expect(adaptive.learnt().correctionPct).to.be.within(7, 9);
    expect(adaptive.learnt().effectiveSamples).to.be.within(100, 200);
  });

  it('learns a change that only what waits for SM cycles has undergone as such: most at low clocks', () => {
    const slowed = profiled({ ...personality, gemm: personality.gemm * 0.85, overhead: personality.overhead * 1.15 }, 'decode', SEED);
    const adaptive = adaptivePredictor(base, 'decode');
    for (let i = 0; i < 600; i++) {
      const load = loadOf(8 + ((i * 7) % 110));
      const clockMhz = CLOCKS_MHZ[(i * 11) % CLOCKS_MHZ.length]!;
      adaptive.observe({ load, clockMhz, latencyMs: slowed.predict(load, clockMhz).latencyMs, atMs: 20 * i });
    }
    const apartPct = (one: Predictor, clockMhz: number): number =>
      errorOf(
        [16, 48, 80, 112].map(
          (batch) => one.predict(loadOf(batch), clockMhz).latencyMs / slowed.predict(loadOf(batch), clockMhz).latencyMs,
        ),
      );
    for (const clockMhz of [720, 1380]) expect(apartPct(adaptive, clockMhz), `${clockMhz}`).to.be.below(apartPct(base, clockMhz) / 2);
    const gainAt = (clockMhz: number): number =>
      adaptive.predict(loadOf(60), clockMhz).latencyMs / base.predict(loadOf(60), clockMhz).latencyMs;
    expect(gainAt(720)).to.be.above(gainAt(1380) + 0.005);
  });

  it('learns a step change of 8 % to under 3 % within 200 iterations of live traffic, up or down', () => {
    for (const slowdown of [1.08, 1 / 1.08]) {
      const truthAt = (atMs: number) => ({ device, slowdown: atMs < 15_000 ? 1 : slowdown });
      const { lived } = live({ role: 'decode', seed: SEED, base, truthAt, untilMs: 30_000 });
      const changedAt = lived.findIndex(({ atMs }) => atMs >= 15_000);
      const right = lived.slice(changedAt, changedAt + 10);
      expect(meanOf(right, 'adaptedPct'), 'at first').to.be.above(4);
      expect(meanOf(lived.slice(changedAt + 150, changedAt + 200), 'adaptedPct'), 'learnt').to.be.below(3);
    }
  });

  it('learns a step change of prefill within 200 iterations too', () => {
    const prefill = profiled(personality, 'prefill', SEED);
    const truthAt = (atMs: number) => ({ device, slowdown: atMs < 20_000 ? 1 : 1.08 });
    const { lived } = live({ role: 'prefill', seed: SEED, base: prefill, truthAt, untilMs: 80_000 });
    const changedAt = lived.findIndex(({ atMs }) => atMs >= 20_000);
    expect(meanOf(lived.slice(changedAt + 150, changedAt + 200), 'adaptedPct')).to.be.below(3);
  });

  it('learns batch steps that moved, where they moved, and leaves other batches alone', () => {
    const square = { ...personality, tile: 1 };
    const [before, after] = [square, { ...square, tile: 144 / 128 }].map((one) => ({ device: deviceWith(one), slowdown: 1 }));
    const own = profiled(square, 'decode', SEED, 0);
    const adaptive = adaptivePredictor(own, 'decode');
    const truthful = profiled({ ...square, tile: 144 / 128 }, 'decode', SEED, 0);
    // 128 rows a tile until 20 s, then 144: batches of 129 to 144 are faster from then on.
    for (let i = 0; i < 3000; i++) {
      const load = loadOf(100 + ((i * 13) % 60));
      const clockMhz = CLOCKS_MHZ[Math.floor(i / 100) % CLOCKS_MHZ.length]!;
      const latencyMs = (i < 1000 ? own : truthful).predict(load, clockMhz).latencyMs;
      adaptive.observe({ load, clockMhz, latencyMs, atMs: 20 * i });
    }
    const at = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ load: loadOf(from + i), clockMhz: 1110 }));
    expect(errorPct(own, 'decode', after!, at(129, 144))).to.be.above(4.5);
    expect(errorPct(adaptive, 'decode', after!, at(129, 144))).to.be.below(3);
    expect(errorPct(adaptive, 'decode', before!, at(100, 120))).to.be.below(1);
  });

  it('does not raise the error of a predictor that is right', () => {
    const right = profiled(personality, 'decode', SEED, 0);
    const truth = { device, slowdown: 1 };
    const { adaptive, lived } = live({ role: 'decode', seed: SEED, base: right, truthAt: () => truth, untilMs: 60_000 });
    expect(meanOf(lived, 'adaptedPct')).to.be.below(0.2);
    expect(errorPct(adaptive, 'decode', truth, points)).to.be.below(0.2);
  });

  it('lowers the error of one that is a few per cent off, here and elsewhere', () => {
    const truth = { device, slowdown: 1 };
    const off = profiled(personality, 'decode', SEED, AS_FITTED);
    const { adaptive, lived } = live({ role: 'decode', seed: SEED, base: off, truthAt: () => truth, untilMs: 60_000 });
    expect(meanOf(lived, 'adaptedPct')).to.be.below(meanOf(lived, 'fixedPct') / 2);
    expect(errorPct(adaptive, 'decode', truth, points)).to.be.below(errorPct(off, 'decode', truth, points));
  });

  it('is not broken by 10 % outliers of 5x', () => {
    const options = { role: 'decode' as const, seed: SEED, base, truthAt: () => ({ device, slowdown: 1 }), untilMs: 40_000 };
    const [clean, dirty] = [WITHOUT_OUTLIERS, MANY_OUTLIERS].map((disturbance) => live({ ...options, disturbance }));
    expect(meanOf(dirty!.lived, 'adaptedPct')).to.be.below(meanOf(clean!.lived, 'adaptedPct') + 0.5);
    expect(furthestApartPct(dirty!.adaptive, clean!.adaptive, points)).to.be.below(3);
    expect(dirty!.adaptive.learnt().rejected).to.be.above(80);
  });

  it('follows a slow drift of 1 % a minute', () => {
    const truthAt = (atMs: number) => ({ device, slowdown: 1 + atMs / 6_000_000 });
    const { lived } = live({ role: 'decode', seed: SEED, base, truthAt, untilMs: 180_000 });
    expect(meanOf(lived.slice(-500), 'adaptedPct')).to.be.below(1);
  });
});

describe('an adaptive predictor without information', () => {
  it('does not drift while idle, for however long, and is no more eager after it', () => {
    const [idle, busy] = [adaptivePredictor(base, 'decode'), adaptivePredictor(base, 'decode')];
    for (const one of [idle, busy]) teach(one, 300, 1.05);
    const before = answersOf(idle);
    const odd = { load: loadOf(30), clockMhz: 1110, latencyMs: base.predict(loadOf(30), 1110).latencyMs * 1.15 };
    expect(answersOf(idle)).to.deep.equal(before);
    idle.observe({ ...odd, atMs: 6000 + 3_600_000 });
    busy.observe({ ...odd, atMs: 6000 });
    expect(furthestApartPct(idle, busy, points)).to.be.below(0.1);
  });

  it('ignores what is no observation, and says how many there were', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    teach(adaptive, 50, 1.05);
    const before = adaptive.store();
    const good = { load: loadOf(20), clockMhz: 1110, latencyMs: 20, atMs: 2000 };
    for (const latencyMs of [0, -1, NaN, Infinity]) adaptive.observe({ ...good, latencyMs });
    for (const atMs of [NaN, Infinity]) adaptive.observe({ ...good, atMs });
    for (const batch of [0, -3, NaN, Infinity]) adaptive.observe({ ...good, load: { batch, tokens: 5 } });
    for (const tokens of [-1, NaN]) adaptive.observe({ ...good, load: { batch: 5, tokens } });
    for (const clockMhz of [0, NaN]) adaptive.observe({ ...good, clockMhz });
    expect(adaptive.store()).to.deep.equal(before);
    expect(adaptive.learnt().ignored).to.equal(14);
  });

  it('changes by no more than the slew limit allows, whatever it sees', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    const load = loadOf(30);
    const { latencyMs } = base.predict(load, 1110);
    for (let i = 0; i < 100; i++) adaptive.observe({ load, clockMhz: 1110, latencyMs: latencyMs * 1.2, atMs: 5 * i });
    // Half a second: 5 % at once and 10 % a second.
    expect(adaptive.predict(load, 1110).latencyMs / latencyMs).to.be.within(1.05, Math.exp(0.1 + 1e-9));
  });

  it('never corrects by more than 30 %', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    teach(adaptive, 2000, 2);
    const ratios = points.map(({ load, clockMhz }) => adaptive.predict(load, clockMhz).latencyMs / base.predict(load, clockMhz).latencyMs);
    expect(Math.max(...ratios)).to.be.within(1.2, 1.3 + 1e-9);
    expect(Math.min(...ratios)).to.be.at.least(1 / 1.3 - 1e-9);
  });
});

describe('an adaptive predictor under control', () => {
  it('keeps what it has learnt while frozen, and goes on when thawed', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    teach(adaptive, 100, 1.05);
    const before = answersOf(adaptive);
    adaptive.freeze();
    teach(adaptive, 200, 0.9, 10_000);
    expect(answersOf(adaptive)).to.deep.equal(before);
    expect(adaptive.learnt().frozen).to.equal(true);
    adaptive.thaw();
    teach(adaptive, 200, 0.9, 20_000);
    expect(adaptive.learnt().correctionPct).to.be.within(-11, -8);
  });

  it('forgets everything when reset', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    teach(adaptive, 100, 1.05);
    adaptive.observePower({ expected: [{ clockMhz: 1110, idle: 60, above: 100 }], measured: 190, atMs: 0 });
    adaptive.reset();
    expect(answersOf(adaptive)).to.deep.equal(answersOf(base));
    expect(adaptive.learnt()).to.include({ accepted: 0, correctionPct: 0, powerCorrectionPct: 0 });
  });

  it('corrects power and idle power, and nothing of latency, by what a meter shows', () => {
    const adaptive = adaptivePredictor(base, 'decode');
    const [load, clockMhz] = [loadOf(40), 1110];
    const { powerW, idleW } = base.predict(load, clockMhz);
    for (let i = 0; i < 60; i++)
      adaptive.observePower({ expected: [{ clockMhz, idle: idleW, above: powerW - idleW }], measured: 1.08 * powerW, atMs: 1000 * i });
    const corrected = adaptive.predict(load, clockMhz);
    expect(corrected.powerW / powerW).to.be.within(1.06, 1.1);
    expect(corrected.latencyMs).to.equal(base.predict(load, clockMhz).latencyMs);
    expect(adaptive.learnt()).to.include({ accepted: 0, correctionPct: 0, powerAccepted: 60 });
  });
});
