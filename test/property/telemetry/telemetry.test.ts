import { expect } from 'chai';
import fc from 'fast-check';
import { runBlocks } from '../../../src/telemetry/blocks.ts';
import { energyJ } from '../../../src/telemetry/energy.ts';
import { tracksOf, type MeterSample } from '../../../src/telemetry/meter-sample.ts';
import { clockResidency } from '../../../src/telemetry/residency.ts';
import { runSeries } from '../../../src/telemetry/series.ts';
import { measuredSpan } from '../../../src/telemetry/span.ts';
import { summariseOutcomes } from '../../../src/telemetry/summary.ts';
import { completed } from '../../fixtures/outcomes.ts';
import { tallyOf } from '../../fixtures/whole-runs.ts';

const outcome = fc
  .record({
    intendedMs: fc.integer({ min: 0, max: 20_000 }),
    ttftMs: fc.integer({ min: 1, max: 3000 }),
    gapsMs: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 }),
    perChunk: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('completed' as const, 'failed' as const, 'unfinished' as const, 'cancelled' as const),
  })
  .map(({ perChunk, ...rest }) => completed({ ...rest, outputTokens: (rest.gapsMs.length + 1) * perChunk }));
const outcomes = fc.array(outcome, { minLength: 1, maxLength: 25 });

/** A meter that never stops: random power and clock in every 200 ms. */
const meter = fc
  .array(fc.record({ powerW: fc.integer({ min: 40, max: 400 }), appliedMhz: fc.constantFrom(1005, 1200, 1410) }), {
    minLength: 180,
    maxLength: 180,
  })
  .map((steps): MeterSample[] => {
    let energyJ = 0;
    return steps.map((step, i) => ({
      instance: 'd0',
      role: 'decode',
      atMs: i * 200 - 100,
      energyJ: (energyJ += step.powerW * 0.2),
      ...step,
    }));
  });

const slo = { ttftMs: 1000, itlMs: 50 };
const sum = (values: readonly (number | null)[]): number => values.reduce<number>((total, value) => total + value!, 0);

describe('properties of telemetry', () => {
  it('blocks add up to the run: energy, tokens, completed requests and time', () => {
    fc.assert(
      fc.property(outcomes, meter, (all, samples) => {
        const span = measuredSpan(all);
        const tracks = tracksOf(samples);
        const blocks = runBlocks(tallyOf(slo, all, []).delivered, tracks, span);
        const summary = summariseOutcomes(all, slo, span);
        expect(sum(blocks.map((block) => block.outputTokens))).to.equal(summary.outputTokens);
        expect(sum(blocks.map((block) => block.completed))).to.equal(summary.requests.completed);
        expect(sum(blocks.map((block) => block.energyJ))).to.be.closeTo(energyJ(tracks, span)!, 1e-6);
        expect(blocks.at(-1)!.endS).to.be.closeTo(summary.measuredS, 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it('seconds hold every token, and their power is the energy', () => {
    fc.assert(
      fc.property(outcomes, meter, (all, samples) => {
        const span = measuredSpan(all);
        fc.pre(span.endMs > span.startMs);
        const tracks = tracksOf(samples);
        const { delivered, waits } = tallyOf(slo, all, []);
        const series = runSeries({ tokens: delivered.tokens, ...waits }, tracks, span);
        const seconds = series.tS.map((second) => Math.min(1, (span.endMs - span.startMs) / 1000 - second));
        expect(sum(series.outputTokens)).to.equal(sum(all.map((one) => one.outputTokens)));
        expect(sum(series.powerW.map((power, i) => power! * seconds[i]!))).to.be.closeTo(energyJ(tracks, span)!, 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  it('fractions of clock residency sum to one for each instance', () => {
    fc.assert(
      fc.property(meter, fc.integer({ min: -500, max: 10_000 }), fc.integer({ min: 1, max: 40_000 }), (samples, startMs, lengthMs) => {
        const residency = clockResidency(tracksOf(samples), { startMs, endMs: startMs + lengthMs });
        expect(sum(residency.map(({ fraction }) => fraction))).to.be.closeTo(1, 1e-9);
        residency.forEach(({ fraction }) => expect(fraction).to.be.above(0));
      }),
    );
  });

  it('joint attainment never exceeds either part, and all are fractions', () => {
    fc.assert(
      fc.property(outcomes, (all) => {
        const { ttft, itl, joint } = summariseOutcomes(all, slo, measuredSpan(all)).sloAttainment;
        if (joint === null) return;
        expect(joint).to.be.at.most(Math.min(ttft!, itl!)).and.at.least(0);
        expect(joint).to.be.at.least(ttft! + itl! - 1 - 1e-9);
      }),
    );
  });
});
