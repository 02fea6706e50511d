import { expect } from 'chai';
import fc from 'fast-check';
import { READINGS_TO_TRIP, Reconciler } from '../../../src/control/reconcile.ts';
import { decodeLoadOf, NO_GAUGES, prefillLoadOf } from '../../fixtures/loads.ts';

const S = 1000;
/** How many requests there really are, second by second: any course. */
const course = fc.array(fc.nat(300), { minLength: 20, maxLength: 60 });
/** A course without leaps, of at least 5. */
const smooth = fc
  .tuple(fc.integer({ min: 5, max: 300 }), fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { minLength: 20, maxLength: 40 }))
  .map(([first, factors]) => {
    let requests = first;
    return factors.map((factor) => (requests = Math.max(5, requests * factor))).map(Math.round);
  });
const role = fc.constantFrom('prefill', 'decode');
const loadOf = (of: string, requests: number) => (of === 'prefill' ? prefillLoadOf(requests) : decodeLoadOf(requests));

describe('reconciler under noise', () => {
  it('delay and noise alone never trip it', () => {
    const noise = fc.record({
      delayS: fc.nat(3),
      factor: fc.double({ min: 0.93, max: 1.07, noNaN: true }),
      requests: fc.integer({ min: -2, max: 2 }),
    });
    fc.assert(
      fc.property(role, course, fc.array(noise, { minLength: 60, maxLength: 60 }), fc.nat(99), (of, truth, noises, jitterMs) => {
        const reconciler = new Reconciler();
        truth.forEach((requests, i) => {
          const { delayS, factor, requests: off } = noises[i]!;
          const late = truth[Math.max(0, i - delayS)]!;
          // One kind of noise at a time: both tolerances are for one.
          const shown = Math.max(0, Math.round(off === 0 ? late * factor : late + off));
          const running = Math.min(shown, 64);
          const gauges = { ...NO_GAUGES, running, waiting: shown - running, kvTokens: of === 'decode' ? 500 * late : null };
          const verdict = reconciler.read('i', loadOf(of, requests), gauges, S * i + (i % 2) * jitterMs);
          expect(verdict.trusted, `second ${i}: ${requests} seen, ${shown} shown, ${late} before`).to.equal(true);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('doubled traffic always trips it within a few readings', () => {
    fc.assert(
      fc.property(role, smooth, (of, truth) => {
        const reconciler = new Reconciler();
        const verdicts = truth.map((requests, i) => {
          const gauges = { ...NO_GAUGES, running: requests, waiting: requests };
          return reconciler.read('i', loadOf(of, requests), gauges, S * i).trusted;
        });
        expect(verdicts.slice(READINGS_TO_TRIP - 1)).to.not.include(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is never worse off for what it was told of other instances', () => {
    fc.assert(
      fc.property(course, (truth) => {
        const [alone, among] = [new Reconciler(), new Reconciler()];
        truth.forEach((requests, i) => {
          const gauges = { ...NO_GAUGES, running: 2 * requests, waiting: 0 };
          among.read('other', decodeLoadOf(300 - requests), gauges, S * i);
          expect(among.read('i', decodeLoadOf(requests), gauges, S * i)).to.deep.equal(
            alone.read('i', decodeLoadOf(requests), gauges, S * i),
          );
        });
      }),
    );
  });
});
