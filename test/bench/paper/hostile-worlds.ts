import type { GpuCard } from '../../../src/domain/cards.ts';
import { calm } from '../../../src/simulation/hostility.ts';
import type { Hostility } from '../../../src/simulation/types.ts';

/** The ranges of every headline's hostile worlds; a seed draws one world from them. No policy is told. */
export const hostilityOf = (gpu: GpuCard): Hostility => ({
  ...calm(gpu),
  latency: 0.08,
  power: 0.05,
  stepRows: 16,
  serialisedCalls: true,
  settleMs: [5, 50],
  settleTail: 0.05,
  settleTailMs: 400,
  jitterMs: [1, 3],
  rareJitter: 0.002,
  rareJitterMs: [20, 80],
  coalesced: 0.05,
  transferTail: 0.02,
  transferTailFactor: 10,
  appliedLower: 0.1,
  dropped: 0.01,
});
