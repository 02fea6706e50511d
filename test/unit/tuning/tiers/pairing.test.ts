import { expect } from 'chai';
import type { Evaluation } from '../../../../src/domain/tuning.ts';
import { keepers, leastPair } from '../../../../src/tuning/tiers/pairing.ts';
import type { Criteria } from '../../../../src/tuning/search/standing.ts';
import type { Judged, SearchOutcome } from '../../../../src/tuning/types.ts';
import { CHOICE } from '../../../fixtures/tuning/choice.ts';
import { FIDELITY } from '../../../fixtures/tuning/ground.ts';

const CRITERIA: Criteria = {
  objective: 'energy',
  prices: { pue: 1, perKwh: null, perGpuHour: null, currency: 'USD', gramsCo2PerKwh: null },
  constraints: { slo: { ttftMs: 1000, itlMs: 50 }, sloTarget: 0.9, confidence: 0.95, gpus: { least: 2, most: 8 }, powerBudgetW: null },
};

/** A configuration of so many GPUs that draws so much for 100 tokens per s. */
const judged = (gpus: number, watts: number, met = 1000, requests = 1000): Judged => {
  const choice = { ...CHOICE, decode: gpus - 1 };
  const evaluation = {
    ...{ choice, fidelity: { ...FIDELITY, requests }, gpus, joulesPerOutputToken: watts / 100, meanPowerW: watts, peakPowerW: 2 * watts },
    ...{ kept: Array.from({ length: 20 }, () => ({ met: met / 20, of: 50 })), outputTokensPerS: 100, spanS: 100, gpuS: gpus * 100 },
    ...{ releasedGpuS: 0, releasedEnergyJ: 0, overloaded: false },
  } as unknown as Evaluation;
  return { choice, evaluations: [evaluation] };
};

const outcome = (best: Judged, ...front: Judged[]): SearchOutcome => ({ best, runnerUp: null, front }) as unknown as SearchOutcome;
const bounds = (most: number, powerBudgetW: number | null = null) => ({ gpus: { least: 2, most }, powerBudgetW });
const gpus = (pair: ReturnType<typeof leastPair>): number[] | null =>
  pair && [pair.interactive, pair.batch].map(({ evaluations }) => evaluations[0]!.gpus);

describe('two tiers beside each other', () => {
  const interactive = keepers(outcome(judged(6, 400), judged(4, 500), judged(3, 800, 500)), CRITERIA);
  const batch = keepers(outcome(judged(4, 200), judged(2, 230)), CRITERIA);

  it('only those that surely keep the target, judged on the same loads, are candidates', () => {
    expect(interactive.map((one) => one.gpus)).to.deep.equal([6, 4]);
    expect(keepers(outcome(judged(6, 400), judged(4, 100, 1000, 300)), CRITERIA).map((one) => one.gpus)).to.deep.equal([6]);
  });

  it('the pair of least energy per second that has room', () => {
    expect(gpus(leastPair(interactive, batch, bounds(10)))).to.deep.equal([6, 4]);
    expect(gpus(leastPair(interactive, batch, bounds(8)))).to.deep.equal([6, 2]);
    expect(gpus(leastPair(interactive, batch, bounds(6)))).to.deep.equal([4, 2]);
    expect(leastPair(interactive, batch, bounds(5))).to.equal(null);
  });

  it('their peaks may come at once', () => {
    expect(gpus(leastPair(interactive, batch, bounds(10, 1200)))).to.deep.equal([6, 4]);
    expect(leastPair(interactive, batch, bounds(10, 1199))).to.equal(null);
  });
});
