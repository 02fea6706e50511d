import { expect } from 'chai';
import type { RunEntry } from '../../../../src/ports/run-archive.ts';
import { assertCriterion, chosen } from '../../../../src/runs/archiving/prune.ts';
import { thrownBy } from '../../../fixtures/thrown.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY = 86_400_000;
const run = (id: string, daysAgo: number, state: RunEntry['state'] = 'done'): RunEntry => ({
  id,
  folder: `/runs/${id}`,
  command: 'bench',
  startedAt: new Date(NOW - daysAgo * DAY).toISOString(),
  state,
  bytes: 1,
  summary: null,
});
const RUNS = [run('f', 0, 'running'), run('e', 1, 'partial'), run('d', 2), run('c', 10), run('b', 20, 'damaged'), run('a', 40)];
const ids = (criteria: Parameters<typeof chosen>[1], runs = RUNS): string =>
  chosen(runs, criteria, NOW)
    .map(({ id }) => id)
    .join('');

describe('which runs are pruned', () => {
  for (const [what, criteria, gone] of [
    ['--keep 2: all but the newest two, oldest first', { keep: 2 }, 'abc'],
    ['--keep 0: all', { keep: 0 }, 'abcde'],
    ['--keep more than there are: none', { keep: 99 }, ''],
    ['--older-than 10: from the tenth day on', { olderThanDays: 10 }, 'abc'],
    ['--older-than and --keep: both must agree', { olderThanDays: 10, keep: 4 }, 'a'],
    ['--partial: those without a document', { partial: true }, 'be'],
    ['--partial and --keep: the newest partial one stays', { partial: true, keep: 1 }, 'b'],
    ['--partial and --older-than', { partial: true, olderThanDays: 5 }, 'b'],
  ] as const) {
    it(what, () => expect(ids(criteria)).to.equal(gone));
  }

  it('never one that runs, whatever its age', () => {
    const old = [run('x', 400, 'running')];
    for (const criteria of [{ keep: 0 }, { olderThanDays: 1 }, { partial: true }]) expect(ids(criteria, old)).to.equal('');
  });

  it('nothing is removed where nothing says what', () => {
    for (const criteria of [{}, { partial: false }]) expect(thrownBy(() => assertCriterion(criteria))).to.include({ code: 'BAD_FLAG' });
    for (const criteria of [{ keep: 0 }, { olderThanDays: 1 }, { partial: true }]) assertCriterion(criteria);
  });
});
