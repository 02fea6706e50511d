import { expect } from 'chai';
import { RESIZE_TUNABLES } from '../../../src/control/resize/plan.ts';
import type { RestMode } from '../../../src/control/resize/fleet-shape.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { BASELINE, controlOf, GPU, PACE, specsOf } from '../../fixtures/world/carded.ts';
import { collectRun, type CollectedRun } from '../../fixtures/world/collected-run.ts';

const SPECS = specsOf(3, 3);
const CALM_MS = 5000;
const COLD_START_MS = 8000;

/** A busy start, a quiet minute, and a busy end. */
const SCHEDULE: WorkloadRequest[] = [0, 90_000].flatMap((fromMs) =>
  Array.from({ length: 200 }, (_, i) => ({ id: `${fromMs}-${i}`, arrivalMs: fromMs + 50 * i, promptTokens: 900, maxTokens: 80 })),
);
SCHEDULE.push(...Array.from({ length: 60 }, (_, i) => ({ id: `q${i}`, arrivalMs: 15_000 + 1000 * i, promptTokens: 300, maxTokens: 30 })));
SCHEDULE.sort((a, b) => a.arrivalMs - b.arrivalMs);

const run = (rest?: RestMode): CollectedRun => {
  const tunables = { ...RESIZE_TUNABLES, calmMs: CALM_MS, coldStartMs: COLD_START_MS };
  const control = controlOf(SPECS, BASELINE, rest && { rest, tunables });
  return collectRun({ specs: SPECS, schedule: SCHEDULE, control, ...PACE });
};

const energyJ = ({ samples }: CollectedRun): number =>
  SPECS.reduce((sum, { id }) => sum + samples.findLast(({ instance }) => instance === id)!.energyJ, 0);

describe('a simulated cluster that changes its size', () => {
  const [whole, parked, released] = [run(), run('park'), run('release')];

  it('serves everything all the same', () => {
    for (const { outcomes } of [whole, parked, released])
      expect(outcomes.filter(({ status, outputTokens }) => status === 'completed' && outputTokens > 0)).to.have.length(SCHEDULE.length);
  });

  it('spends less, and least where GPUs are given away', () => {
    expect(energyJ(parked)).to.be.below(energyJ(whole));
    expect(energyJ(released)).to.be.below(energyJ(parked));
  });

  it('tells what released GPUs drew apart: that of no context', () => {
    expect(whole.released).to.deep.equal({ instanceS: 0, energyJ: 0 });
    expect(parked.released.instanceS).to.equal(0);
    const { instanceS, energyJ: bareJ } = released.released;
    expect(instanceS).to.be.above(60);
    expect(bareJ / instanceS).to.be.closeTo(GPU.power.bareIdleW!, 1e-6);
  });

  it('has a woken instance serve at once from where it was parked, and after its start where it was released', () => {
    const waitMs = ({ outcomes }: CollectedRun): number =>
      Math.max(
        ...outcomes.filter(({ intendedMs }) => intendedMs >= 90_000).map(({ firstTokenMs, intendedMs }) => firstTokenMs! - intendedMs),
      );
    expect(waitMs(parked)).to.be.below(waitMs(released));
  });
});
