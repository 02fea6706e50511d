import { expect } from 'chai';
import fc from 'fast-check';
import type { RequestOutcome } from '../../../src/domain/request.ts';
import { runRecord, type RunFacts } from '../../../src/telemetry/run-record.ts';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { completed, unanswered } from '../../fixtures/outcomes.ts';
import { config, header, steadySamples } from '../../fixtures/run-records.ts';
import { tallyOf } from '../../fixtures/whole-runs.ts';

const answered = fc
  .record({
    intendedMs: fc.integer({ min: 0, max: 15_000 }),
    ttftMs: fc.integer({ min: 1, max: 3000 }),
    gapsMs: fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 30 }),
    status: fc.constantFrom('completed' as const, 'completed' as const, 'failed' as const),
  })
  .map((shape) => completed({ ...shape, outputTokens: shape.gapsMs.length + 1 }));
const silent = fc
  .record({
    status: fc.constantFrom('failed' as const, 'rejected' as const, 'unfinished' as const),
    intendedMs: fc.integer({ min: 0, max: 15_000 }),
  })
  .map(({ status, intendedMs }) => unanswered(status, intendedMs, status === 'unfinished' ? null : intendedMs + 5));
const outcomes = fc.array(fc.oneof({ weight: 4, arbitrary: answered }, silent), { minLength: 1, maxLength: 30 });

const facts: RunFacts = {
  header,
  mode: 'simulated',
  config,
  abandonedAtMs: 21_000,
  meter: { method: 'model', uncertaintyPct: 0 },
  idlePowerW: 300,
  transitions: 3,
  wallS: 1,
};
const samples = steadySamples({ untilMs: 24_000, powerW: 250, clockMhz: (_, atMs) => (atMs % 900 < 300 ? 1005 : 1410) });

/** The same run as a simulator tells it: token by token, in order of time, each request at its end. */
function streamed(all: readonly RequestOutcome[]): RunTally {
  const tally = new RunTally({ slo: config.slo, startMs: Math.min(...all.map(({ intendedMs }) => intendedMs)) });
  const events: { atMs: number; tell: () => void }[] = samples.map((sample) => ({ atMs: sample.atMs, tell: () => tally.sample(sample) }));
  for (const outcome of all) {
    const { firstTokenMs, gapsMs, intendedMs: arrivalMs, promptTokens, endMs } = outcome;
    let atMs = firstTokenMs ?? 0;
    if (firstTokenMs !== null) events.push({ atMs, tell: () => tally.tokens(1, firstTokenMs) });
    for (const gapMs of gapsMs) {
      const tokenMs = (atMs += gapMs);
      events.push({ atMs, tell: () => (tally.gaps(gapMs, 1, tokenMs), tally.tokens(1, tokenMs)) });
    }
    events.push({ atMs: endMs ?? 21_000, tell: () => tally.ended({ ...outcome, request: { arrivalMs, promptTokens } }) });
  }
  events.sort((a, b) => a.atMs - b.atMs).forEach(({ tell }) => tell());
  return tally;
}

describe('properties of a run tally', () => {
  it('is the same from a stream as from whole outcomes', () => {
    fc.assert(
      fc.property(outcomes, (all) => {
        const { blocks, tpotMs, ...stream } = runRecord(facts, streamed(all));
        const { blocks: ownBlocks, tpotMs: ownTpotMs, ...whole } = runRecord(facts, tallyOf(config.slo, all, samples));
        // Sums of gaps, and a difference of times: the last bits differ.
        for (const key of ['mean', 'p50', 'p99', 'max'] as const) expect(tpotMs[key] ?? 0).to.be.closeTo(ownTpotMs[key] ?? 0, 1e-9);
        expect(stream).to.deep.equal(whole);
        expect(blocks.map(({ energyJ, completed }) => [energyJ, completed])).to.deep.equal(
          ownBlocks.map(({ energyJ, completed }) => [energyJ, completed]),
        );
        expect(blocks.reduce((sum, { outputTokens }) => sum + outputTokens, 0)).to.equal(stream.outputTokens);
      }),
      { numRuns: 40 },
    );
  });
});
