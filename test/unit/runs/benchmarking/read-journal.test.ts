import { expect } from 'chai';
import { encodeEntry, type JournalEntry } from '../../../../src/runs/benchmarking/journal-lines.ts';
import { MeterJoin } from '../../../../src/runs/benchmarking/meter-join.ts';
import type { MeterLook } from '../../../../src/runs/benchmarking/meter-reader.ts';
import { readJournal } from '../../../../src/runs/benchmarking/read-journal.ts';
import { keptOf, restOf } from '../../../../src/runs/benchmarking/resume.ts';
import { energyJ } from '../../../../src/telemetry/energy.ts';
import { tracksOf } from '../../../../src/telemetry/meter-sample.ts';
import { completed } from '../../../fixtures/outcomes.ts';
import { ourError } from '../../../fixtures/rejected.ts';

async function* lines(...entries: readonly (JournalEntry | { readonly raw: object })[]): AsyncGenerator<object> {
  for (const entry of entries) yield 'raw' in entry ? entry.raw : encodeEntry(entry);
}
const begun = (index: number): JournalEntry => ({ kind: 'begun', index, seed: index + 1 });
const outcome = (id: string): JournalEntry => ({ kind: 'outcome', outcome: completed({ id }) });
const look = (atMs: number, joules: number, powerW = 100): MeterLook => ({
  instance: 'd0',
  role: 'decode',
  atMs,
  energyJ: joules,
  powerW,
  appliedMhz: 1410,
  lockedMhz: null,
  limitedBy: null,
});

describe('a journal of a bench', () => {
  it('tells repeats apart, with their ends and facts', async () => {
    const facts = { abandonedAtMs: 900, idlePowerW: null };
    const { repeats } = await keptOf(lines(begun(0), outcome('a'), { kind: 'ended', facts }, begun(1), outcome('b'), outcome('c')));
    expect(repeats.map(({ index, seed, facts, ended }) => [index, seed, facts, ended])).to.deep.equal([
      [0, 1, facts, 1],
      [1, 2, null, 2],
    ]);
    expect(repeats[1]!.outcomes.map(({ id }) => id)).to.deep.equal(['b', 'c']);
  });

  it('a repeat that was begun anew counts from there', async () => {
    const { repeats } = await keptOf(lines(begun(0), outcome('a'), outcome('b'), begun(0), outcome('a')));
    expect(repeats.map(({ ended, outcomes }) => [ended, outcomes.length])).to.deep.equal([[1, 1]]);
  });

  it('keeps each finished period of an A/B test once', async () => {
    const period = {
      arm: 'A',
      block: 0,
      startS: 0,
      endS: 60,
      energyJ: 1,
      inputTokens: 1,
      outputTokens: 2,
      completed: 1,
      metrics: {},
    } as const;
    const done = (index: number): JournalEntry => ({ kind: 'period', done: { phase: 'ab', index, period } });
    const { periods } = await readJournal(lines(done(0), done(1), done(1)));
    expect(periods).to.deep.equal([
      { phase: 'ab', index: 0, period },
      { phase: 'ab', index: 1, period },
    ]);
  });

  it('leaves out what newer versions write, and says so; what is damaged it refuses', async () => {
    const { repeats, notes } = await readJournal(lines(outcome('lost'), begun(0), { raw: { zz: 1 } }, { raw: { zz: 2 } }, outcome('a')));
    expect(repeats[0]).to.include({ ended: 1 });
    expect(notes).to.deep.equal([
      'entries that this version of voltana does not know are left out: 2 of kind "zz"',
      '1 entries before the first repeat are left out',
    ]);
    expect(await ourError(readJournal(lines(begun(0), { raw: { o: ['a', 9] } })))).to.include({ code: 'FILE_MALFORMED' });
  });

  it('of a run that was cut before anything was sent, everything is still to be sent', async () => {
    const schedule = [0, 10].map((arrivalMs) => ({ id: `r${arrivalMs}`, arrivalMs, promptTokens: 1, maxTokens: 1 }));
    const [repeat] = (await readJournal(lines(begun(0), { kind: 'sample', sample: look(-200, 1) }))).repeats;
    expect(restOf(schedule, 'open', repeat!)).to.deep.equal({ rest: schedule, cancelled: [], offsetMs: 0 });
    expect(restOf(schedule, 'closed', repeat!)).to.deep.equal({ rest: schedule, cancelled: [], offsetMs: 0 });
  });
});

describe('meters of two stretches', () => {
  const joined = (last: MeterLook, second: readonly MeterLook[], offsetMs = 1000): number | null => {
    const join = new MeterJoin(new Map([['d0', last]]), offsetMs);
    const samples = [look(0, last.energyJ - 100), last, ...second.flatMap((sample) => join.add(sample))];
    return energyJ(tracksOf(samples), { startMs: 0, endMs: 2000 });
  };

  it('go on where the first ended, whatever the counter counted in between', () => {
    expect(joined(look(1000, 600), [look(-500, 9000), look(500, 9100), look(1000, 9150)])).to.be.closeTo(200, 1e-9);
    expect(joined(look(900, 600), [look(200, 20), look(1000, 100)]), 'continued at both edges').to.be.closeTo(100 + 10 + 100, 1e-9);
  });

  it('tell no energy where nobody knows what was drawn at the joint', () => {
    expect(joined(look(500, 600), [look(1200, 50), look(2000, 100)], 3000), 'the first stretch ended unseen').to.equal(null);
    expect(joined(look(1000, 600), [look(-100, 900), look(500, 10), look(1000, 60)]), 'the counter was reset').to.equal(null);
  });
});
