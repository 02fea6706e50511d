import { expect } from 'chai';
import type { AbPeriod } from '../../../../src/domain/ab.ts';
import type { PartialRun } from '../../../../src/domain/recorded-run.ts';
import type { RunEntry } from '../../../../src/ports/run-archive.ts';
import { renderPartial } from '../../../../src/reporting/runs.ts';
import { partialRun } from '../../../../src/runs/archiving/partial.ts';
import { encodeEntry } from '../../../../src/runs/benchmarking/journal-lines.ts';
import { linesOf } from '../../../fixtures/benchmarking/virtual-bench.ts';

const entry: RunEntry = {
  id: '20261123T145210Z-bench-3f9a',
  folder: '/runs/x',
  command: 'bench',
  startedAt: '2026-11-23T14:52:10.000Z',
  state: 'running',
  bytes: 1,
  summary: null,
};
const period = (i: number, energyJ: number | null): AbPeriod => ({
  arm: i % 2 === 0 ? 'A' : 'B',
  block: 0,
  startS: i * 100,
  endS: i * 100 + 60,
  energyJ,
  inputTokens: 1000,
  outputTokens: 500,
  completed: 20,
  metrics: {},
});

const shown = (joules: readonly (number | null)[]): Promise<PartialRun> => {
  const lines = joules.map((energyJ, index) =>
    encodeEntry({ kind: 'period', done: { phase: 'ab', index, period: period(index, energyJ) } }),
  );
  return partialRun({ plan: { request: { seed: 1 }, ab: { arms: ['max', 'slo'] } }, entries: linesOf(lines), torn: 0, entry });
};

describe('an A/B test that goes on', () => {
  it('shows what its periods came to', async () => {
    const partial = await shown([300, 200.5]);
    expect(partial).to.deep.include({ energyJ: 500.5, outputTokens: 1000, seconds: 120, periods: 2 });
    expect(partial.requests).to.include({ ended: 40, completed: 40, failed: 0 });
    expect(renderPartial(partial)).to.match(/energy +500\.5 J/);
  });

  it('without a meter says so, and before its first period that nobody knows yet', async () => {
    expect(renderPartial(await shown([null, null]))).to.match(/energy +no meter/);
    expect(renderPartial(await shown([]))).to.match(/energy +not known before a period has ended/);
  });
});
