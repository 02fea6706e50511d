import { expect } from 'chai';
import fc from 'fast-check';
import type { RequestOutcome } from '../../../src/domain/request.ts';
import { decodeEntry, encodeEntry, type JournalEntry } from '../../../src/runs/benchmarking/journal-lines.ts';
import type { MeterLook } from '../../../src/runs/benchmarking/meter-reader.ts';

/** Through the text that lies on the disk. */
const throughJournal = (entry: JournalEntry): JournalEntry | null => decodeEntry(JSON.parse(JSON.stringify(encodeEntry(entry))) as object);

const WITHIN_MS = 0.005 + 1e-6;
const ms = fc.double({ min: 0, max: 1e8, noNaN: true });
const maybeMs = fc.option(ms);

const outcome: fc.Arbitrary<RequestOutcome> = fc
  .record({
    id: fc.string({ unit: 'grapheme', maxLength: 60 }),
    status: fc.constantFrom('completed' as const, 'failed' as const, 'rejected' as const, 'cancelled' as const, 'unfinished' as const),
    intendedMs: ms,
    sentMs: ms,
    firstTokenMs: maybeMs,
    endMs: maybeMs,
    promptTokens: fc.nat(),
    outputTokens: fc.nat(),
    gapsMs: fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { maxLength: 300 }),
    chunkTokens: fc.option(fc.oneof(fc.array(fc.nat(3), { maxLength: 300 }), fc.array(fc.constant(1), { maxLength: 300 })), {
      nil: undefined,
    }),
    usage: fc.option(fc.boolean(), { nil: undefined }),
    error: fc.option(fc.string({ unit: 'grapheme', maxLength: 100 })),
  })
  .map(({ chunkTokens, usage, ...rest }) => ({
    ...rest,
    ...(chunkTokens === undefined ? {} : { chunkTokens }),
    ...(usage === undefined ? {} : { usage }),
  }));

const sample: fc.Arbitrary<MeterLook> = fc.record({
  instance: fc.string(),
  role: fc.constantFrom('prefill' as const, 'decode' as const),
  atMs: fc.double({ min: -1000, max: 1e8, noNaN: true }),
  energyJ: fc.double({ min: 0, max: 1e9, noNaN: true }),
  powerW: fc.double({ min: 0, max: 1e4, noNaN: true }),
  appliedMhz: fc.nat(3000),
  lockedMhz: fc.option(fc.nat(3000)),
  limitedBy: fc.option(fc.constantFrom('power' as const, 'thermal' as const)),
});

const TIMES = ['intendedMs', 'sentMs', 'firstTokenMs', 'endMs'] as const;
const timesOf = (one: RequestOutcome): (number | null)[] => [...TIMES.map((key) => one[key]), ...one.gapsMs];
const untimed = (one: RequestOutcome): object => ({ ...one, intendedMs: 0, sentMs: 0, firstTokenMs: 0, endMs: 0, gapsMs: [] });

describe('lines of a journal', () => {
  it('any outcome comes back: its times within 5 us, everything else as it was', () => {
    fc.assert(
      fc.property(outcome, (one) => {
        const back = throughJournal({ kind: 'outcome', outcome: one });
        if (back?.kind !== 'outcome') return false;
        expect(untimed(back.outcome)).to.deep.equal(untimed(one));
        const [before, after] = [timesOf(one), timesOf(back.outcome)];
        expect(after.length).to.equal(before.length);
        return before.every((at, i) => (at === null ? after[i] === null : Math.abs(at - after[i]!) <= WITHIN_MS));
      }),
    );
  });

  it('any sample comes back: its time within 5 us, its figures within a millionth', () => {
    fc.assert(
      fc.property(sample, (one) => {
        const back = throughJournal({ kind: 'sample', sample: one });
        if (back?.kind !== 'sample') return false;
        const { atMs, energyJ, powerW, ...rest } = back.sample;
        expect({ ...rest, atMs: one.atMs, energyJ: one.energyJ, powerW: one.powerW }).to.deep.equal(one);
        return Math.abs(atMs - one.atMs) <= WITHIN_MS && Math.abs(energyJ - one.energyJ) < 1e-6 && Math.abs(powerW - one.powerW) < 1e-6;
      }),
    );
  });

  it('a long answer takes few bytes: a gap 5 of them, chunks of one token none', () => {
    const gapsMs = Array.from({ length: 1000 }, (_, i) => 12 + (i % 7) * 0.37);
    const long: RequestOutcome = {
      id: 'r1234',
      status: 'completed',
      intendedMs: 1000,
      sentMs: 1000.1,
      firstTokenMs: 1100,
      endMs: 14_000,
      promptTokens: 900,
      outputTokens: 1001,
      gapsMs,
      chunkTokens: new Array<number>(1001).fill(1),
      usage: true,
      error: null,
    };
    expect(JSON.stringify(encodeEntry({ kind: 'outcome', outcome: long })).length).to.be.below(5 * 1000 + 100);
  });

  it('texts of others are bounded', () => {
    const id = 'x'.repeat(1e6);
    const back = throughJournal({
      kind: 'outcome',
      outcome: {
        id,
        status: 'failed',
        intendedMs: 0,
        sentMs: 0,
        firstTokenMs: null,
        endMs: null,
        promptTokens: 0,
        outputTokens: 0,
        gapsMs: [],
        error: id,
      },
    });
    if (back?.kind !== 'outcome') return expect.fail('no outcome');
    expect([back.outcome.id.length, back.outcome.error!.length]).to.deep.equal([256, 500]);
  });

  it('whatever else a line may be, it is an entry, unknown, or refused in our words', () => {
    const key = fc.oneof(fc.constantFrom('o', 'm', 's', 'b', 'e', 'r', 'p'), fc.string());
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 2 }), (line) => {
        try {
          const entry = decodeEntry(line);
          return entry === null || typeof entry.kind === 'string';
        } catch (error) {
          return (error as { code?: string }).code === 'FILE_MALFORMED';
        }
      }),
      { numRuns: 500 },
    );
  });
});
