import type { RunRecord } from '../../domain/run-record.ts';
import type { Hostility } from '../../simulation/types.ts';
import type { Contender, Scenario } from './options.ts';
import { simulate, type Maker, type RunWishes, type Slices } from './simulate.ts';

/**
 * How far worlds may differ from their cards: what a headline must survive. Latency, power and batch steps as devices of one kind
 * differ; calls, settling and host jitter as drivers and schedulers were seen to do it.
 */
export const HOSTILE: Hostility = {
  latency: 0.08,
  power: 0.05,
  stepRows: 4,
  serialisedCalls: true,
  settleMs: [5, 50],
  settleTail: 0.05,
  settleTailMs: 300,
  jitterMs: [1, 3],
  rareJitter: 0.002,
  rareJitterMs: [20, 80],
  coalesced: 0.05,
  transferTail: 0.02,
  transferTailFactor: 5,
  appliedLower: 0.05,
  dropped: 0.01,
};

export type Repeat = RunRecord['repeats'][number];

const repeatOf = (seed: number, { energyJ, joulesPerOutputToken, sloAttainment }: RunRecord): Repeat => ({
  seed,
  energyJ: energyJ?.total ?? null,
  joulesPerOutputToken,
  joint: sloAttainment.joint,
});

/** The same requests and the same policies in hostile worlds of the seeds 1 to `count`. */
export function* hostileRepeats(
  scenario: Scenario,
  contender: Contender,
  count: number,
  maker: Maker,
  wishes: Pick<RunWishes, 'resize'> = {},
): Slices<Repeat[]> {
  const repeats: Repeat[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const world = { seed, hostility: HOSTILE };
    repeats.push(repeatOf(seed, yield* simulate(scenario, contender, maker, { ...wishes, world })));
  }
  return repeats;
}
