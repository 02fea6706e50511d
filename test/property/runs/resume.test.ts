import { expect } from 'chai';
import fc from 'fast-check';
import type { RequestOutcome, WorkloadRequest } from '../../../src/domain/request.ts';
import { encodeEntry, type JournalEntry } from '../../../src/runs/benchmarking/journal-lines.ts';
import type { MeterLook } from '../../../src/runs/benchmarking/meter-reader.ts';
import { BenchPool } from '../../../src/runs/benchmarking/pool.ts';
import { keptOf, restOf } from '../../../src/runs/benchmarking/resume.ts';
import { takeUp } from '../../../src/runs/benchmarking/taken-up.ts';
import { energyJ } from '../../../src/telemetry/energy.ts';
import type { Interval } from '../../../src/telemetry/meter-sample.ts';
import { later } from '../../../src/telemetry/stitch.ts';
import { lastSeenMs } from '../../../src/telemetry/token-times.ts';
import { completed } from '../../fixtures/outcomes.ts';

const POWERS = { p0: 250, d0: 400 } as const;
const SAMPLE_EVERY_MS = 200;
/** A counter knows nothing of runs: each process finds it somewhere else. */
interface Stretch {
  readonly rest: readonly WorkloadRequest[];
  readonly counterJ: number;
  readonly concurrency: number | null;
}
type Timed = { readonly atMs: number; readonly entry: JournalEntry };

const lasts = (request: WorkloadRequest): number => 50 + request.maxTokens * 10;
const outcomeOf = ({ id, promptTokens, maxTokens }: WorkloadRequest, sentMs: number): RequestOutcome =>
  completed({ id, promptTokens, intendedMs: sentMs, sentMs, ttftMs: 50, gapMs: 10, tokens: maxTokens + 1 });

/** A perfect client and server: what they would tell, in the order in which they would, on the stretch's own clock. */
function told({ rest, counterJ, concurrency }: Stretch): Timed[] {
  const lanes = new Array<number>(concurrency ?? 0).fill(0);
  const ends = rest.map((request, i): Timed[] => {
    const lane = lanes.indexOf(Math.min(...lanes));
    const sentMs = concurrency === null ? request.arrivalMs : lanes[lane]!;
    if (concurrency !== null) lanes[lane] = sentMs + lasts(request);
    const outcome = outcomeOf(request, sentMs);
    const sent: Timed = { atMs: sentMs, entry: { kind: 'sent', sent: i + 1, atMs: sentMs } };
    return [sent, { atMs: lastSeenMs(outcome), entry: { kind: 'outcome', outcome } }];
  });
  const untilMs = Math.max(0, ...ends.flat().map(({ atMs }) => atMs));
  const samples = Array.from({ length: Math.ceil(untilMs / SAMPLE_EVERY_MS) + 3 }, (_, i) =>
    (['p0', 'd0'] as const).map((instance): Timed => {
      const atMs = -SAMPLE_EVERY_MS - 33 + i * SAMPLE_EVERY_MS;
      const role = instance === 'p0' ? 'prefill' : 'decode';
      const joules = counterJ + (POWERS[instance] * (atMs + 1000)) / 1000;
      const look: MeterLook = {
        instance,
        role,
        atMs,
        energyJ: joules,
        powerW: POWERS[instance],
        appliedMhz: 1410,
        lockedMhz: null,
        limitedBy: null,
      };
      return { atMs, entry: { kind: 'sample', sample: look } };
    }),
  );
  return [...ends.flat(), ...samples.flat()].sort((a, b) => a.atMs - b.atMs);
}

/** As the run appends it: on the repeat's clock. */
function onRepeatsClock(entry: JournalEntry, offsetMs: number, sentBefore: number): JournalEntry {
  if (entry.kind === 'outcome') return { kind: 'outcome', outcome: later(entry.outcome, offsetMs) };
  if (entry.kind === 'sent') return { ...entry, sent: entry.sent + sentBefore, atMs: entry.atMs + offsetMs };
  if (entry.kind !== 'sample') return entry;
  return { kind: 'sample', sample: { ...entry.sample, atMs: entry.sample.atMs + offsetMs } };
}

async function* lines(entries: readonly JournalEntry[]): AsyncGenerator<object> {
  for (const entry of entries) yield JSON.parse(JSON.stringify(encodeEntry(entry))) as object;
}

/** Runs a schedule, killed after so many entries each time (a fraction of what there would have been), to its end. */
async function interrupted(schedule: readonly WorkloadRequest[], concurrency: number | null, cuts: readonly number[]) {
  const loop = concurrency === null ? 'open' : 'closed';
  let journal: JournalEntry[] = [{ kind: 'begun', index: 0, seed: 1 }];
  let [offsetMs, sentBefore, rest] = [0, 0, schedule];
  const stretches: number[] = [];
  for (const [i, cut] of [...cuts, 1].entries()) {
    const all = told({ rest, counterJ: i * 12_345, concurrency });
    const kept = all.slice(0, Math.floor(cut * all.length));
    journal = [...journal, ...kept.map(({ entry }) => onRepeatsClock(entry, offsetMs, sentBefore))];
    if (i === cuts.length) break;
    const repeat = (await keptOf(lines(journal))).repeats[0]!;
    const { cancelled, ...next } = restOf(schedule, loop, repeat);
    stretches.push(next.offsetMs - offsetMs);
    journal.push(...cancelled.map((outcome): JournalEntry => ({ kind: 'outcome', outcome })), { kind: 'resumed', atMs: next.offsetMs });
    ({ offsetMs, rest } = next);
    sentBefore = schedule.length - rest.length;
  }
  return { kept: await keptOf(lines(journal)), stretches };
}

const schedules = fc
  .array(fc.record({ afterMs: fc.nat(400), promptTokens: fc.nat(99), maxTokens: fc.integer({ min: 1, max: 60 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((requests) => {
    let arrivalMs = 0;
    return requests.map(({ afterMs, ...request }, i): WorkloadRequest => ({ ...request, id: `r${i}`, arrivalMs: (arrivalMs += afterMs) }));
  });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });

const METER = { method: 'counter', uncertaintyPct: 5 } as const;
const lengthS = ({ startMs, endMs }: Interval): number => (endMs - startMs) / 1000;
const outcomesOf = ({ repeats }: Awaited<ReturnType<typeof keptOf>>): RequestOutcome[] =>
  repeats[0]!.parts.flatMap(({ outcomes }) => outcomes);

describe('a run that was cut and goes on', () => {
  it('has one outcome for each request, wherever and however often it is cut, in an open and in a closed loop', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, cuts, fc.option(fc.integer({ min: 1, max: 5 })), async (schedule, at, concurrency) => {
        const { kept } = await interrupted(schedule, concurrency, at);
        const outcomes = outcomesOf(kept);
        expect(outcomes.map(({ id }) => id).sort()).to.deep.equal(schedule.map(({ id }) => id).sort());
        expect(kept.repeats[0]!.resumed).to.equal(at.length);
        if (at.length === 0) expect(outcomes.every(({ status }) => status === 'completed')).to.equal(true);
        if (concurrency !== null) {
          const lost = outcomes.filter(({ status }) => status === 'cancelled').length;
          expect(lost, 'no more were on their way than are at a time').to.be.at.most(at.length * concurrency);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the intended times of an open loop: no request is late because of the time between', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, cuts, async (schedule, at) => {
        const { kept } = await interrupted(schedule, null, at);
        const intended = new Map(outcomesOf(kept).map(({ id, intendedMs }) => [id, intendedMs]));
        for (const { id, arrivalMs } of schedule) expect(intended.get(id)).to.be.closeTo(arrivalMs, 0.02);
      }),
    );
  });

  it('has the energy of its stretches, and none of the time between', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, cuts, async (schedule, at) => {
        const { kept } = await interrupted(schedule, null, at);
        const pool = new BenchPool({ ttftMs: 1000, itlMs: 50 }, schedule[0]!.arrivalMs);
        const spanS = takeUp(pool, kept.repeats[0]!, null, METER).reduce((sum, { stretch }) => sum + lengthS(stretch.tally.span(null)), 0);
        const whole = pool.tally.span(null);
        const watts = POWERS.p0 + POWERS.d0;
        // Nothing of a closed gap between two processes is in either.
        expect(lengthS(whole)).to.be.closeTo(spanS, 0.001);
        // One that was cut before it began has drawn nothing, whether or not a meter was read.
        if (lengthS(whole) > 0) expect(energyJ(pool.tally.tracks(), whole)).to.be.closeTo(watts * lengthS(whole), 0.1);
        expect(pool.tally.summary(whole).requests.offered).to.equal(schedule.length);
      }),
      { numRuns: 200, examples: [[[{ promptTokens: 0, maxTokens: 1, id: 'r0', arrivalMs: 0 }], [0, 0]]] },
    );
  });
});
