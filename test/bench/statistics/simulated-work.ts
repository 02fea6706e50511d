import type { GovernorId } from '../../../src/governing/registry.ts';
import { simulateCluster } from '../../../src/simulation/cluster.ts';
import { energyJ } from '../../../src/telemetry/energy.ts';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { seededRequests } from '../../../src/workload/seeded-schedule.ts';
import type { Work } from '../../fixtures/benchmarking/rig.ts';
import { controlOf, PACE, specsOf } from '../../fixtures/world/carded.ts';
import { workload } from '../../fixtures/world/shipped.ts';

const nothing = (): void => undefined;

/** A minute of conversation at 8 requests/s on 2P2D of the A100 card, as the simulator serves it. */
export function simulatedWork(seed: number, governor: GovernorId, periodS: number): Work {
  const specs = specsOf(2, 2);
  const tally = new RunTally({ slo: { ttftMs: 800, itlMs: 50 }, startMs: 0 });
  simulateCluster(
    {
      ...PACE,
      specs,
      control: controlOf(specs, { governor, routing: 'least-requests', tabled: true }),
      schedule: seededRequests({
        card: workload('azure-conv-2023'),
        ratePerS: 8,
        burstiness: 1,
        seed,
        extent: { durationMs: 1000 * periodS },
      }),
    },
    {
      ended: (outcome) => tally.ended(outcome),
      gaps: (gapMs, count, atMs) => tally.gaps(gapMs, count, atMs),
      tokens: (count, atMs) => tally.tokens(count, atMs),
      sample: (sample) => tally.sample(sample),
      token: nothing,
    },
  );
  const span = tally.span(null);
  const { inputTokens, outputTokens, requests, e2eMs } = tally.summary(span);
  const joules = energyJ(tally.tracks(), span) ?? NaN;
  // Half of the mean: idle power is spent anyway.
  return {
    inputTokens,
    outputTokens,
    completed: requests.completed,
    energyJ: joules,
    tokenJ: joules / outputTokens / 2,
    e2eMs: e2eMs.p50!,
  };
}
