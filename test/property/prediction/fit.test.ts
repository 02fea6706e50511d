import { expect } from 'chai';
import fc from 'fast-check';
import { fitSegments } from '../../../src/prediction/fit/fit-segments.ts';
import { combined, fitNonNegative } from '../../../src/prediction/fit/linear.ts';
import { segmentsModel } from '../../../src/prediction/fitted-predictor.ts';
import { PhysicsModel } from '../../../src/prediction/physics.ts';
import { evaluateTerm } from '../../fixtures/profiles.ts';
import { CARDS, CLOCKS, dataOf, factorsOf } from '../../fixtures/fitting.ts';

const coefficient = (max: number) => fc.double({ min: 0, max, noNaN: true });
const truths = fc.record({
  perSequence: coefficient(1),
  perToken: coefficient(0.001),
  constant: fc.double({ min: 1, max: 50, noNaN: true }),
});
const load = fc
  .record({ batch: fc.integer({ min: 1, max: 256 }), each: fc.integer({ min: 16, max: 4096 }) })
  .map(({ batch, each }) => ({ batch, tokens: batch * each }));
const loads = fc.array(load, { minLength: 1, maxLength: 12 });
type Load = { readonly batch: number; readonly tokens: number };
const fitTo = (at: readonly Load[], values: readonly number[]): number[] =>
  fitNonNegative({ features: at.map(({ batch, tokens }) => [batch, tokens, 1]), values, weights: at.map(() => 1) });
const answer = (coefficients: readonly number[], { batch, tokens }: Load): number => combined(coefficients, [batch, tokens, 1]);
const positive = fc.double({ min: 1e-3, max: 1e5, noNaN: true });

describe('properties of the linear fit', () => {
  it('meets every sample of a linear truth, collinear loads included', () => {
    fc.assert(
      fc.property(truths, loads, (truth, at) => {
        const values = at.map((each) => evaluateTerm(truth, each.batch, each.tokens));
        const fit = fitTo(at, values);
        at.forEach((each, i) => expect(answer(fit, each)).to.be.closeTo(values[i]!, values[i]! * 1e-3));
      }),
    );
  });

  it('has finite coefficients of at least 0, whatever was measured', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(load, positive), { minLength: 1, maxLength: 12 }), (measured) => {
        const fit = fitTo(
          measured.map(([at]) => at),
          measured.map(([, value]) => value),
        );
        for (const each of fit) {
          expect(each).to.be.at.least(0);
          expect(each).to.be.finite;
        }
      }),
    );
  });

  it('scales with its values: the unit of measurement does not matter', () => {
    fc.assert(
      fc.property(truths, loads, fc.constantFrom(0.001, 1000), (truth, at, scale) => {
        const values = at.map((each) => evaluateTerm(truth, each.batch, each.tokens));
        const [plain, scaled] = [values, values.map((value) => value * scale)].map((each) => answer(fitTo(at, each), at[0]!));
        expect(scaled! / scale).to.be.closeTo(plain!, 1e-3 * plain!);
      }),
    );
  });
});

/** Anything that a profile may hold: no order, no sense. */
const anyPoint = fc
  .record({ load, clockMhz: fc.constantFrom(...CLOCKS), latencyMs: positive, powerW: fc.double({ min: 1, max: 1000, noNaN: true }) })
  .map(({ load: at, clockMhz, latencyMs, powerW }) => ({ ...at, clockMhz, latencyMs, powerW, energyJ: (latencyMs * powerW) / 1000 }));
const anyPoints = fc.array(anyPoint, { minLength: 1, maxLength: 60 });
const RUNS = { numRuns: 60 };

describe('properties of fitted models', () => {
  it('segments have finite coefficients of at least 0, in stretches that ascend without gaps', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        for (const { segments } of fitSegments(dataOf('decode', points)).levels) {
          for (const { latencyMs, energyJ } of segments)
            for (const each of [...Object.values(latencyMs), ...Object.values(energyJ)] as number[]) {
              expect(each).to.be.at.least(0);
              expect(each).to.be.finite;
            }
          segments.slice(1).forEach(({ batch }, i) => expect(batch[0]).to.equal(segments[i]!.batch[1] + 1));
        }
      }),
      RUNS,
    );
  });

  it('more requests or more tokens never take less time, by segments of whatever points', () => {
    fc.assert(
      fc.property(
        anyPoints,
        load,
        fc.nat(200),
        fc.nat(100_000),
        fc.integer({ min: 690, max: 1410 }),
        (points, at, requests, tokens, mhz) => {
          const model = segmentsModel('decode', fitSegments(dataOf('decode', points)).levels);
          const more = { batch: at.batch + requests, tokens: at.tokens + tokens };
          expect(model(more, mhz).latencyMs).to.be.at.least(model(at, mhz).latencyMs * (1 - 1e-9));
        },
      ),
      RUNS,
    );
  });

  it('more of anything never takes less time, and a higher clock never more, by physics of whatever device', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.constantFrom('prefill', 'decode'),
        load,
        fc.nat(200),
        fc.tuple(fc.integer({ min: 210, max: 1410 }), fc.integer({ min: 210, max: 1410 })),
        (seed, phase, at, more, clocks) => {
          // Below the cliff of the largest captured batch, where launches take over.
          const model = new PhysicsModel(CARDS, 1, phase, factorsOf(seed));
          const ms = (load: Load, mhz: number): number => model.estimate(load, mhz).latencyMs;
          const [low, high] = [Math.min(...clocks), Math.max(...clocks)];
          expect(ms(at, high)).to.be.at.most(ms(at, low) * (1 + 1e-6));
          expect(ms({ batch: at.batch, tokens: at.tokens + more }, low)).to.be.at.least(ms(at, low) * (1 - 1e-6));
          if (phase === 'decode') expect(ms({ batch: at.batch + more, tokens: at.tokens }, low)).to.be.at.least(ms(at, low) * (1 - 1e-6));
        },
      ),
      { numRuns: 300 },
    );
  });
});
