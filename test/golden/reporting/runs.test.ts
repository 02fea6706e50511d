import type { ListedRun, PartialRun } from '../../../src/domain/recorded-run.ts';
import { renderPartial, renderPruned, renderRuns } from '../../../src/reporting/runs.ts';
import { expectGolden } from '../golden.ts';

const run = (id: string, over: Partial<ListedRun> = {}): ListedRun => ({
  id,
  folder: `/runs/${id}`,
  command: 'bench',
  startedAt: '2026-11-23T14:52:10.000Z',
  state: 'partial',
  bytes: 812,
  summary: null,
  ...over,
});
const done = (kind: string, what: string, verdict: string | null): Partial<ListedRun> => ({
  state: 'done',
  bytes: 345_678,
  summary: { kind, what, verdict },
});

const RUNS = [
  run('20261123T145210Z-bench-3f9a', { state: 'running' }),
  run('20261123T135210Z-bench-0001', done('run', 'llama-3.1-8b, azure-conv-2023 at 8/s', 'valid')),
  run('20261122T145210Z-bench-0002', done('comparison', 'governor=max against governor=slo with a long name that has no end', 'improved')),
  run('20261121T145210Z-bench-0003'),
  run('20261121T135210Z-bench-0004', { state: 'damaged', bytes: 0 }),
  run('20261121T135210Z-fit-0005', done('fitted', '', null)),
];

const partial: PartialRun = {
  run: RUNS[3]!,
  plan: {},
  requests: { ended: 420, completed: 401, failed: 3, rejected: 0, cancelled: 16, unfinished: 0 },
  outputTokens: 88_220,
  seconds: 61.25,
  energyJ: 31_250.5,
  repeats: { begun: 2, ended: 1 },
  periods: 0,
  resumed: 1,
  tornBytes: 118,
  notes: ['entries that this version of voltana does not know are left out: 2 of kind "zz"'],
};

describe('the texts of recorded runs', () => {
  it('list', () => expectGolden('reporting/runs-list.txt', `${renderRuns(RUNS, '/runs', 8)}\n\n${renderRuns([], '/runs', 0)}\n`));

  it('show of a partial run, with and without a meter', () => {
    const bare = {
      ...partial,
      energyJ: null,
      resumed: 0,
      tornBytes: 0,
      notes: [],
      periods: 3,
      run: run('20261123T145210Z-bench-3f9a', { state: 'running' }),
    };
    expectGolden('reporting/runs-partial.txt', `${renderPartial(partial)}\n\n${renderPartial(bare)}\n`);
  });

  it('prune, and what it would remove', () => {
    const some = RUNS.slice(1, 4).reverse();
    expectGolden(
      'reporting/runs-prune.txt',
      `${renderPruned(some, { dryRun: true, kept: 3 })}\n\n${renderPruned(some.slice(1), { dryRun: false, kept: 1 })}\n`,
    );
  });
});
