import { expect } from 'chai';
import fc from 'fast-check';
import { adaptivePredictor, type AdaptivePredictor, type LiveObservation } from '../../../src/prediction/adaptive/adaptive-predictor.ts';
import type { PowerObservation } from '../../../src/prediction/adaptive/power-correction.ts';
import { personalityOf, profiled } from '../../fixtures/adaptation/profiled.ts';
import { anywhere, furthestApartPct } from '../../fixtures/adaptation/experiment.ts';

const ROLES = ['decode', 'prefill'] as const;
const BASES = { decode: profiled(personalityOf(2), 'decode', 2), prefill: profiled(personalityOf(2), 'prefill', 2) };
const POINTS = { decode: anywhere('decode', 2, 40), prefill: anywhere('prefill', 2, 40) };
const RUNS = { numRuns: 60 };

const role = fc.constantFrom(...ROLES);
const bad = fc.constantFrom(NaN, Infinity, -Infinity, 0, -1, 1e308, 5e-324);
const orBad = (good: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ arbitrary: good, weight: 12 }, { arbitrary: bad, weight: 1 });
const amount = (min: number, max: number): fc.Arbitrary<number> => orBad(fc.double({ min, max, noNaN: true }));

/** Whatever a broken world may report. */
const anyObservation: fc.Arbitrary<LiveObservation> = fc.record({
  load: fc.record({ batch: orBad(fc.integer({ min: 1, max: 600 })), tokens: amount(0, 400_000) }),
  clockMhz: amount(210, 1410),
  latencyMs: amount(0.1, 2000),
  atMs: amount(0, 100_000),
});

const good = (phase: 'decode' | 'prefill'): fc.Arbitrary<Omit<LiveObservation, 'atMs'>> =>
  fc
    .record({
      batch: fc.integer({ min: 1, max: 300 }),
      each: fc.integer({ min: 10, max: 4000 }),
      clockMhz: fc.integer({ min: 300, max: 1410 }),
      factor: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
    })
    .map(({ batch, each, clockMhz, factor }) => {
      const load = phase === 'decode' ? { batch, tokens: batch * each } : { batch: 1, tokens: each };
      return { load, clockMhz, latencyMs: factor * BASES[phase].predict(load, clockMhz).latencyMs };
    });

/** Whatever a broken meter may show. */
const anyReading: fc.Arbitrary<PowerObservation> = fc.record({
  expected: fc.array(fc.record({ clockMhz: amount(100, 2000), idle: amount(0, 100), above: amount(0, 500) }), { maxLength: 3 }),
  measured: amount(0, 5000),
  atMs: amount(0, 100_000),
});

type Shown = readonly (LiveObservation | PowerObservation)[];
const anyShown = (maxLength: number): fc.Arbitrary<Shown> => fc.array(fc.oneof(anyObservation, anyReading), { maxLength });

const show = (adaptive: AdaptivePredictor, shown: Shown): AdaptivePredictor => {
  for (const one of shown) {
    if ('load' in one) adaptive.observe(one);
    else adaptive.observePower(one);
  }
  return adaptive;
};

const taught = (phase: 'decode' | 'prefill', shown: Shown): AdaptivePredictor => show(adaptivePredictor(BASES[phase], phase), shown);

describe('an adaptive predictor, whatever it is shown', () => {
  it('stays finite, within 30 % of the latency and within half and twice the power that it wraps, and its uncertainty stays bounded', () => {
    fc.assert(
      fc.property(role, anyShown(80), (phase, observations) => {
        const adaptive = taught(phase, observations);
        for (const { load, clockMhz } of POINTS[phase]) {
          const [own, base] = [adaptive, BASES[phase]].map((one) => one.predict(load, clockMhz));
          expect(own!.latencyMs / base!.latencyMs).to.be.within(1 / 1.3 - 1e-9, 1.3 + 1e-9);
          expect(own!.powerW / base!.powerW).to.be.within(0.5 - 1e-9, 2 + 1e-9);
          expect(own!.idleW / base!.idleW).to.be.within(0.5 - 1e-9, 2 + 1e-9);
          expect(own!.powerW).to.be.at.least(own!.idleW);
        }
        const { values, covariance, noiseSd, power } = adaptive.store();
        expect([...values, ...covariance, noiseSd, ...power.values, ...power.covariance].every(Number.isFinite)).to.equal(true);
        // The diagonal: no certainty beyond reason, and no wind-up.
        let at = 0;
        for (let i = 0; i < values.length; i++) {
          expect(covariance[at]!).to.be.within(0, 0.05 + 1e-9);
          at += i + 2;
        }
      }),
      RUNS,
    );
  });

  it('changes nothing while frozen', () => {
    fc.assert(
      fc.property(role, anyShown(30), anyShown(30), (phase, before, after) => {
        const adaptive = taught(phase, before);
        const stored = adaptive.store();
        adaptive.freeze();
        show(adaptive, after);
        expect(adaptive.store()).to.deep.equal(stored);
      }),
      RUNS,
    );
  });

  it('is the same after being stored and restored', () => {
    fc.assert(
      fc.property(role, anyShown(60), (phase, observations) => {
        const adaptive = taught(phase, observations);
        const other = adaptivePredictor(BASES[phase], phase);
        other.restore(JSON.parse(JSON.stringify(adaptive.store())));
        expect(other.store()).to.deep.equal(adaptive.store());
        expect(furthestApartPct(other, adaptive, POINTS[phase])).to.equal(0);
      }),
      RUNS,
    );
  });

  it('learns the same from simultaneous observations in any order', () => {
    const plan = role.chain((phase) =>
      fc.record({
        phase: fc.constant(phase),
        before: fc.array(good(phase), { maxLength: 20 }),
        together: fc
          .array(good(phase), { minLength: 2, maxLength: 10 })
          .chain((all) => fc.record({ one: fc.constant(all), other: fc.shuffledSubarray(all, { minLength: all.length }) })),
      }),
    );
    fc.assert(
      fc.property(plan, ({ phase, before, together: { one, other } }) => {
        const sequence = (last: readonly Omit<LiveObservation, 'atMs'>[]): LiveObservation[] => [
          ...before.map((each, i) => ({ ...each, atMs: 20 * i })),
          ...last.map((each) => ({ ...each, atMs: 1000 })),
        ];
        expect(taught(phase, sequence(one)).store()).to.deep.equal(taught(phase, sequence(other)).store());
      }),
      RUNS,
    );
  });
});
