import { expect } from 'chai';
import { encodeEntry, type JournalEntry } from '../../../../src/runs/benchmarking/journal-lines.ts';
import type { MeterLook } from '../../../../src/runs/benchmarking/meter-reader.ts';
import { readJournal } from '../../../../src/runs/benchmarking/read-journal.ts';
import { keptOf, restOf } from '../../../../src/runs/benchmarking/resume.ts';
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
    expect(repeats[1]!.parts[0]!.outcomes.map(({ id }) => id)).to.deep.equal(['b', 'c']);
  });

  it('a repeat that was begun anew counts from there', async () => {
    const { repeats } = await keptOf(lines(begun(0), outcome('a'), outcome('b'), begun(0), outcome('a')));
    expect(repeats.map(({ ended, parts }) => [ended, parts.map(({ outcomes }) => outcomes.length)])).to.deep.equal([[1, [1]]]);
  });

  it('tells apart what each process measured of a repeat', async () => {
    const sample = (atMs: number): JournalEntry => ({ kind: 'sample', sample: look(atMs, 1) });
    const { repeats } = await keptOf(lines(begun(0), outcome('a'), sample(100), { kind: 'resumed', atMs: 200 }, sample(250), outcome('b')));
    expect(repeats[0]).to.include({ resumed: 1, ended: 2, lastMs: 250 });
    const told = repeats[0]!.parts.map(({ atMs, outcomes, samples }) => [atMs, outcomes.map(({ id }) => id), samples.length]);
    expect(told).to.deep.equal([
      [0, ['a'], 1],
      [200, ['b'], 1],
    ]);
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
      '1 entries that stand in no repeat are left out',
    ]);
    expect(await ourError(readJournal(lines(begun(0), { raw: { o: ['a', 9] } })))).to.include({ code: 'FILE_MALFORMED' });
  });

  it('counts what stands there twice once, the first time, and says so', async () => {
    const sample = (atMs: number, joules: number): JournalEntry => ({ kind: 'sample', sample: look(atMs, joules) });
    const head = [begun(0), sample(0, 10), outcome('a'), sample(9000, 20)];
    const tail: JournalEntry[] = [{ kind: 'resumed', atMs: 9000 }, sample(9100, 30), outcome('b'), sample(9200, 40)];
    const once = await keptOf(lines(...head, ...tail));
    expect(once.notes).to.deep.equal([]);
    const twice = await keptOf(lines(...head, ...tail, ...tail));
    expect(twice.repeats).to.deep.equal(once.repeats);
    expect(twice.notes).to.deep.equal(['4 entries that stand there twice count once']);
  });

  it('of a run that was cut before anything was sent, everything is still to be sent', async () => {
    const schedule = [0, 10].map((arrivalMs) => ({ id: `r${arrivalMs}`, arrivalMs, promptTokens: 1, maxTokens: 1 }));
    const [repeat] = (await readJournal(lines(begun(0), { kind: 'sample', sample: look(-200, 1) }))).repeats;
    expect(restOf(schedule, 'open', repeat!)).to.deep.equal({ rest: schedule, cancelled: [], offsetMs: 0 });
    expect(restOf(schedule, 'closed', repeat!)).to.deep.equal({ rest: schedule, cancelled: [], offsetMs: 0 });
  });
});
