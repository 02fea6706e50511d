import { FleetControl } from '../../../src/control/fleet-control.ts';
import { fixedGovernor } from '../../../src/governing/fixed.ts';
import type { Governor } from '../../../src/governing/governor.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { simulateCluster } from '../../../src/simulation/cluster.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import type { Figure } from '../figures.ts';
import { mean, most } from './compare.ts';
import { paperWorld, type Context } from './context.ts';
import { specsOf, worldOf } from './world.ts';

/** Of the card's decode iterations the next one takes 1.4 times as long: behind it lies the worse stable state. */
const STEP_BATCH = 128;
/** A clock at which both sides of the step sustain themselves under `RATE_PER_S`. */
const STUCK_MHZ = 900;
const RATE_PER_S = 20.5;
const PROMPT_TOKENS = 620;
const OUTPUT_TOKENS = 160;
/** As many at once lead over the step. */
const BURST = 120;
/** The fixed clock holds for so long, then the governor may begin. */
const STUCK_MS = 20_000;
const END_MS = 45_000;
/** The batch counts as out when its mean over so long is below the step. */
const WINDOW_MS = 1000;
const SIZE = { prefill: 4, decode: 1 };
const MS_PER_S = 1000;
const SEEDS = 10;

/** A burst that leads into the worse state, then no more than what the better one sustains. */
function* schedule(seed: number): Generator<WorkloadRequest> {
  const random = createRandom(seed).fork('escape');
  const request = (number: number, arrivalMs: number): WorkloadRequest => ({
    id: `r${number}`,
    arrivalMs,
    promptTokens: PROMPT_TOKENS,
    maxTokens: OUTPUT_TOKENS,
  });
  let number = 0;
  while (number < BURST) yield request(number++, 0);
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - random.next()) * MS_PER_S) / RATE_PER_S;
    if (atMs > END_MS) return;
    yield request(number++, atMs);
  }
}

/** Holds the worse state. Prefill is no part of this. */
const STUCK = fixedGovernor({ prefill: 1410, decode: STUCK_MHZ });

/** The clock that holds the worse state, and from a moment on a governor that may know better. */
const freedAt = (fromMs: number, governor: Governor): Governor => ({
  id: governor.id,
  decide: (question) => (question.nowMs < fromMs ? STUCK : governor).decide(question),
});

/** Iterations of the decode instance: when, and how many ran. */
type Run = readonly { readonly atMs: number; readonly batch: number }[];

function batches(governor: Governor, seed: number): Run {
  const world = worldOf(paperWorld('Llama-3.1-8B'));
  const specs = specsOf(world, SIZE);
  const control = new FleetControl({
    instances: specs.map(({ id, role }) => ({
      id,
      role,
      gpuCount: 1,
      supportedMhz: world.clocksMhz,
      startMhz: world.gpu.clock.maxMhz,
      kvCapacityTokens: world.kvCapacityTokens,
      predictor: world.predictors[role],
    })),
    slo: world.spec.slo,
    governor,
    routing: createRouting('least-requests'),
    maxTransitionsPerS: 2,
    dwellMs: 400,
  });
  const seen: { atMs: number; batch: number }[] = [];
  const ignore = (): void => undefined;
  // First tokens are told one by one, whole iterations by their batch.
  const tokens = (batch: number, atMs: number): void => void (batch > 1 && seen.push({ atMs, batch }));
  const pace = { tickMs: 50, sampleMs: 1000, idleMs: 0, drainMs: 0 };
  simulateCluster({ specs, schedule: schedule(seed), control, seed, ...pace }, { ended: ignore, gaps: ignore, sample: ignore, tokens });
  return seen;
}

const meanBatch = (seen: Run, fromMs: number): number =>
  mean(seen.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + WINDOW_MS).map(({ batch }) => batch));

/** From when the governor may act until the batch is below the step; what is left of the run where it never is. */
function escapeMs(seen: Run): number {
  for (const { atMs, batch } of seen)
    if (atMs >= STUCK_MS && atMs < END_MS - WINDOW_MS && batch <= STEP_BATCH && meanBatch(seen, atMs) <= STEP_BATCH) return atMs - STUCK_MS;
  return END_MS - STUCK_MS;
}

/**
 * Out of the worse of two stable states: by `slo`, by a clock that stays, and by the highest clock from the same moment on. Nobody is out sooner
 * than that: it takes as long as the requests of the crowd need to end.
 */
export function escapeFigures({ figure, quick }: Context): Promise<Figure[]> {
  const seeds = Array.from({ length: quick ? 2 : SEEDS }, (_, i) => i + 1);
  const under = (governor: Governor) => seeds.map((seed) => batches(freedAt(STUCK_MS, governor), seed));
  const [freed, hasty, stuck] = [createGovernor('slo'), createGovernor('max'), STUCK].map(under) as [Run[], Run[], Run[]];
  const n = seeds.length;
  const lastMs = END_MS - 2 * WINDOW_MS;
  const seconds = (runs: readonly Run[]): number[] => runs.map((seen) => escapeMs(seen) / MS_PER_S);
  const batch = (runs: readonly Run[], atMs: number): number => mean(runs.map((seen) => meanBatch(seen, atMs)));
  return Promise.resolve([
    figure(`escape: mean batch before, a step lies at ${STEP_BATCH}`, batch(freed, STUCK_MS - WINDOW_MS), 'requests', 'none', n),
    figure('escape: out of the worse stable state, worst seed', most(seconds(freed)), 's', '<= 3', n),
    figure('escape: the same, mean', mean(seconds(freed)), 's', 'none', n),
    figure('escape: the same at the highest clock, worst seed', most(seconds(hasty)), 's', 'none', n),
    figure('escape: the same at the highest clock, mean', mean(seconds(hasty)), 's', 'none', n),
    figure('escape: mean batch at the end', batch(freed, lastMs), 'requests', `<= ${STEP_BATCH}`, n),
    figure(`escape: mean batch at the end, had ${STUCK_MHZ} MHz stayed`, batch(stuck, lastMs), 'requests', 'none', n),
  ]);
}
