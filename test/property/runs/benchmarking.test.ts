import { expect } from 'chai';
import fc from 'fast-check';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { BenchPool } from '../../../src/runs/benchmarking/pool.ts';
import { keptOf } from '../../../src/runs/benchmarking/resume.ts';
import { completed } from '../../fixtures/outcomes.ts';
import { ALL_WATTS, linesOf, virtualBench } from '../../fixtures/benchmarking/virtual-bench.ts';

const schedules = fc
  .array(fc.record({ afterMs: fc.nat(300), promptTokens: fc.nat(99), maxTokens: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 1,
    maxLength: 15,
  })
  .map((requests) => {
    let arrivalMs = 0;
    return requests.map(({ afterMs, ...request }, i): WorkloadRequest => ({ ...request, id: `r${i}`, arrivalMs: (arrivalMs += afterMs) }));
  });
const METER = { method: 'counter', uncertaintyPct: 5 } as const;
const SLO = { ttftMs: 1000, itlMs: 50 };

interface Drawn {
  readonly zeroMs: number;
  readonly counterJ: number;
  readonly powerW: number;
  readonly requests: readonly { readonly atMs: number; readonly tokens: number }[];
}
const stretches = fc.array(
  fc.record<Drawn>({
    zeroMs: fc.nat(5000),
    counterJ: fc.nat(1_000_000),
    powerW: fc.integer({ min: 1, max: 3000 }),
    requests: fc.array(fc.record({ atMs: fc.nat(8000), tokens: fc.integer({ min: 1, max: 50 }) }), { minLength: 1, maxLength: 20 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Readings every 200 ms from before its first request until after its last. */
const samplesOf = ({ zeroMs, counterJ, powerW }: Drawn, endMs: number) =>
  Array.from({ length: Math.ceil((endMs - zeroMs) / 200) + 4 }, (_, i) => ({
    instance: 'd0',
    role: 'decode' as const,
    atMs: zeroMs - 150 + 200 * i,
    energyJ: counterJ + (powerW * 200 * i) / 1000,
    powerW,
    appliedMhz: 1410,
    lockedMhz: null,
    limitedBy: null,
  }));

describe('stretches of load, pooled', () => {
  it('add up: joules, tokens, requests and time, whatever their spans, powers and counters', () => {
    fc.assert(
      fc.property(stretches, (all) => {
        const pool = new BenchPool(SLO, Math.min(...all[0]!.requests.map(({ atMs }) => all[0]!.zeroMs + atMs)));
        let [joules, tokens, requests, spanMs] = [0, 0, 0, 0];
        for (const one of all) {
          const startMs = Math.min(...one.requests.map(({ atMs }) => one.zeroMs + atMs));
          const stretch = pool.begin(startMs);
          const outcomes = one.requests.map(({ atMs, tokens: count }) => completed({ intendedMs: one.zeroMs + atMs, tokens: count }));
          outcomes.forEach((outcome) => stretch.outcome(outcome));
          const endMs = Math.max(...outcomes.map((outcome) => outcome.endMs!));
          stretch.end({ abandonedAtMs: endMs, samples: samplesOf(one, endMs), meter: METER, idlePowerW: one.powerW });
          joules += (one.powerW * (endMs - startMs)) / 1000;
          tokens += outcomes.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
          requests += outcomes.length;
          spanMs += endMs - startMs;
        }
        const span = pool.tally.span(pool.endMs);
        const { outputTokens, requests: counted } = pool.tally.summary(span);
        expect([outputTokens, counted.offered, counted.completed]).to.deep.equal([tokens, requests, requests]);
        expect(span.endMs - span.startMs).to.be.closeTo(spanMs, 1e-6);
        const [track] = pool.tally.tracks();
        expect(track!.samples.at(-1)!.energyJ - track!.samples[0]!.energyJ).to.be.closeTo(joules, 1e-5 * Math.max(1, joules));
        expect(pool.spans.reduce((sum, one) => sum + one.endMs - one.startMs, 0)).to.be.closeTo(spanMs, 1e-6);
        expect(pool.idlePowerW).to.be.closeTo(all.reduce((sum, { powerW }) => sum + powerW, 0) / all.length, 1e-6);
      }),
    );
  });
});

describe('a bench that was cut and goes on', () => {
  const idsIn = async (journal: readonly object[]): Promise<string[]> =>
    (await keptOf(linesOf(journal))).repeats.flatMap(({ index, parts }) =>
      parts.flatMap(({ outcomes }) => outcomes.map(({ id }) => `${index} ${id}`)),
    );
  const wanted = (schedule: readonly WorkloadRequest[], repeats: number): string[] =>
    Array.from({ length: repeats }, (_, index) => schedule.map(({ id }) => `${index} ${id}`)).flat();
  const cuts = fc.array(fc.record({ kill: fc.boolean(), part: fc.double({ min: 0, max: 1, noNaN: true }) }), { maxLength: 3 });

  it('gives every request of every repeat one outcome, and has their joules alone, wherever Ctrl-C or kill -9 hit it', async () => {
    await fc.assert(
      fc.asyncProperty(
        schedules,
        cuts,
        fc.option(fc.integer({ min: 1, max: 4 })),
        fc.integer({ min: 1, max: 2 }),
        async (schedule, all, concurrency, repeats) => {
          const timeless = concurrency === null ? schedule : schedule.map((one) => ({ ...one, arrivalMs: 0 }));
          const asked = { schedule: timeless, concurrency, repeats };
          let journal: object[] = [];
          for (const [i, { kill, part }] of all.entries()) {
            const before = journal.length;
            const baseJ = 1000 * i;
            if (kill) {
              journal = (await virtualBench({ ...asked, journal, baseJ })).journal;
              // At least its first line is on the disk before anything else happens.
              journal = journal.slice(0, Math.max(1, before, before + Math.floor(part * (journal.length - before))));
            } else journal = (await virtualBench({ ...asked, journal, baseJ, stopAtMs: part * 6000 })).journal;
          }
          const { record, journal: whole } = await virtualBench({ ...asked, journal, baseJ: 50 });
          expect((await idsIn(whole)).sort()).to.deep.equal(wanted(schedule, repeats).sort());
          expect(record.requests.offered).to.equal(schedule.length * repeats);
          expect(record.requests.completed + record.requests.cancelled).to.equal(schedule.length * repeats);
          expect(record.validity.verdict, record.validity.reasons.join()).to.not.equal('invalid');
          if (record.measuredS > 0) expect(record.energyJ!.total).to.be.closeTo(ALL_WATTS * record.measuredS, 0.5);
        },
      ),
      { numRuns: 120 },
    );
  });
});
