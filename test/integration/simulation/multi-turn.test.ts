import { expect } from 'chai';
import { PREFIX_BLOCK_TOKENS, type WorkloadRequest } from '../../../src/domain/request.ts';
import type { RoutingId } from '../../../src/routing/registry.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { collectRun } from '../../fixtures/world/collected-run.ts';
import { fleetControl, worldOf } from '../../fixtures/world/simulated-runs.ts';

const CONVERSATIONS = 60;
const TURNS = 6;
const TURN_BLOCKS = 2;
/** Between the turns of one conversation: reading and writing. */
const THINK_MS = 8000;

/** Conversations that grow by two blocks a turn and come back after a while; their beginnings are their own. */
function conversations(seed: number): WorkloadRequest[] {
  const random = createRandom(seed);
  const requests: WorkloadRequest[] = [];
  for (let conversation = 0; conversation < CONVERSATIONS; conversation++) {
    let atMs = random.next() * 30_000;
    for (let turn = 1; turn <= TURNS; turn++) {
      const prefix = Array.from({ length: turn * TURN_BLOCKS }, (_, block) => `${conversation}:${block}`);
      const promptTokens = prefix.length * PREFIX_BLOCK_TOKENS + 100;
      requests.push({ id: `${conversation}-${turn}`, arrivalMs: atMs, promptTokens, maxTokens: 20, prefix });
      atMs += THINK_MS * (0.5 + random.next());
    }
  }
  return requests.sort((a, b) => a.arrivalMs - b.arrivalMs);
}

const world = worldOf();
const schedule = conversations(7);
const promptTokens = schedule.reduce((sum, request) => sum + request.promptTokens, 0);

/** The part of all prompt tokens that was found in a prefix cache. */
const hitRateOf = (routing: RoutingId): number => {
  const control = fleetControl(world, { governor: 'max', routing });
  const { cachedTokens } = collectRun({ specs: world.specs, schedule, control, tickMs: 50, sampleMs: 1000, drainMs: 60_000, idleMs: 0 });
  return cachedTokens / promptTokens;
};

describe('routing of multi-turn load', function () {
  this.timeout(60_000);

  it('cache-aware and eco find the beginnings again that a conversation left behind; routing that knows none loses them', () => {
    const rates = { cacheAware: hitRateOf('cache-aware'), eco: hitRateOf('eco'), blind: hitRateOf('least-requests') };
    const bestPossible = 1 - (TURNS * TURN_BLOCKS * PREFIX_BLOCK_TOKENS + 100 * TURNS) / (promptTokens / CONVERSATIONS);
    // What they reach today; less is a regression.
    expect(rates.cacheAware).to.be.within(0.9 * bestPossible, bestPossible);
    expect(rates.eco).to.be.within(0.85 * bestPossible, bestPossible);
    expect(rates.blind).to.be.below(0.85 * rates.eco);
  });
});
