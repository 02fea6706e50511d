import { expect } from 'chai';
import fc from 'fast-check';
import { createRandom } from '../../../src/statistics/random.ts';
import { findSteadyState, LEAST_STEADY_S, type SteadyInput } from '../../../src/telemetry/steady-state.ts';
import { poissonLoad, type PoissonLoad } from '../../fixtures/steady-loads.ts';

const SEEDS = Array.from({ length: 100 }, (_, i) => i);
const foundIn = (load: Omit<PoissonLoad, 'seed'>): number =>
  SEEDS.filter((seed) => findSteadyState(poissonLoad({ ...load, seed })).found).length;
const lengths = fc.integer({ min: LEAST_STEADY_S, max: 2000 });
const constant = (seconds: number, value: number): number[] => new Array<number>(seconds).fill(value);

describe('steady state, properties', () => {
  it('a constant process is found whole', () => {
    fc.assert(
      fc.property(lengths, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (seconds, value) => {
        const flat = constant(seconds, value);
        const found = findSteadyState({ outputTokens: flat, inFlight: flat, powerW: flat, sentUntilS: seconds });
        expect(found).to.deep.include({ found: true, ramp: null, steady: { startS: 0, endS: seconds }, drain: null });
      }),
    );
  });

  it('a ramp in front is cut, without noise to the piece, and what comes after sending is drain', () => {
    const shapes = fc.record({
      seconds: fc.integer({ min: 60, max: 900 }),
      part: fc.double({ min: 0.05, max: 0.4, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 4), ({ seconds, part, seed }, drainS, noise) => {
        const random = createRandom(seed);
        const rampS = Math.round(part * seconds);
        const level = (second: number): number =>
          second >= seconds ? 20 * (1 - (second - seconds) / drainS) : Math.min(1, second / rampS) * 100 + noise * (random.next() - 0.5);
        const outputTokens = Array.from({ length: seconds + drainS }, (_, second) => level(second));
        const found = findSteadyState({ outputTokens, inFlight: outputTokens, sentUntilS: seconds });
        expect(found.found, found.reason ?? '').to.equal(true);
        // Of a ramp's last bit nothing is to be seen but its noise.
        expect(found.ramp!.endS).to.be.at.least(rampS - 5 - noise * 0.04 * rampS);
        if (noise === 0) expect(found.ramp!.endS).to.be.at.most(rampS + 5);
        expect(found.steady).to.deep.equal({ startS: found.ramp!.endS, endS: seconds });
        expect(found.drain).to.deep.equal({ startS: seconds, endS: seconds + drainS });
      }),
      { numRuns: 100 },
    );
  });

  it('a process that drifts throughout is not found, up or down, in tokens, requests or power alone', () => {
    const series = fc.constantFrom('outputTokens', 'inFlight', 'powerW');
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 900 }),
        fc.double({ min: 0.3, max: 20, noNaN: true }),
        fc.boolean(),
        series,
        fc.nat(),
        (seconds, growth, up, which, seed) => {
          const random = createRandom(seed);
          const rising = Array.from({ length: seconds }, (_, s) => 100 * (1 + (growth * s) / seconds) + 4 * (random.next() - 0.5));
          const flat = Array.from({ length: seconds }, () => 100 + 4 * (random.next() - 0.5));
          const input: SteadyInput = {
            ...{ outputTokens: flat, inFlight: flat, powerW: flat, sentUntilS: seconds },
            [which]: up ? rising : rising.reverse(),
          };
          const found = findSteadyState(input);
          expect(found).to.deep.include({ found: false, ramp: null, steady: null, drain: null });
          expect(found.reason).to.be.a('string').and.not.equal('');
        },
      ),
    );
  });

  it('whatever it is given, a stretch has at least 10 s and half the time of sending, and the three fill the run', () => {
    const value = fc.oneof(fc.constant(0), fc.constant(null), fc.double({ min: 0, max: 1e4, noNaN: true }));
    const values = fc.array(value, { maxLength: 120 });
    fc.assert(
      fc.property(values, values, values, fc.double({ min: 0, max: 200, noNaN: true }), (outputTokens, inFlight, powerW, sentUntilS) => {
        const { found, ramp, steady, drain, reason } = findSteadyState({ outputTokens, inFlight, powerW, sentUntilS });
        expect(reason === null).to.equal(found);
        if (!found) return void expect([ramp, steady, drain]).to.deep.equal([null, null, null]);
        const lengthS = Math.min(outputTokens.length, inFlight.length);
        const sentS = Math.min(lengthS, Math.floor(sentUntilS));
        expect(steady!.endS - steady!.startS).to.be.at.least(Math.max(LEAST_STEADY_S, sentS / 2));
        expect(ramp ?? { startS: 0, endS: 0 }).to.deep.equal({ startS: 0, endS: steady!.startS });
        expect(drain ?? { startS: lengthS, endS: lengthS }).to.deep.equal({ startS: steady!.endS, endS: lengthS });
      }),
      { numRuns: 500 },
    );
  });

  it('calls a steady Poisson load unsteady in 10 % of all runs at most, and in 5 % from 300 s on', () => {
    const short: readonly (readonly [number, number, number])[] = [
      [30, 4, 3],
      [60, 4, 4],
      [60, 10, 4],
      [120, 4, 5],
    ];
    const long: readonly (readonly [number, number, number])[] = [
      [300, 2, 5],
      [300, 5, 8],
      [300, 20, 10],
      [600, 3, 10],
    ];
    const mean = (loads: typeof short): number =>
      loads.reduce((sum, [seconds, ratePerS, residenceS]) => sum + foundIn({ seconds, ratePerS, residenceS }), 0) / loads.length;
    expect(mean(short)).to.be.at.least(90);
    expect(mean(long)).to.be.at.least(95);
  });

  it('finds out a load that grows eightfold throughout 300 s, or is more than can be served, in 85 % of all runs', () => {
    const growing = foundIn({ seconds: 300, ratePerS: 5, residenceS: 8, shape: (part) => 0.3 + 2.2 * part });
    const tooMuch = foundIn({ seconds: 300, ratePerS: 5, residenceS: 8, capacityPerS: 3.5 });
    expect(100 - growing).to.be.at.least(85);
    expect(100 - tooMuch).to.be.at.least(85);
  });
});
