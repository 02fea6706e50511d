import { VoltanaError } from '../../../domain/errors.ts';
import type { LoadTier } from '../../../domain/tuning-tiers.ts';
import type { BatchTier, MixedLoad, TuningGround } from '../ground.ts';
import { loadName } from '../load.ts';

/** Both tiers' requests, as one load. */
const together = (interactive: TuningGround['load'], { load }: BatchTier): MixedLoad => ({
  kind: 'mixed',
  name: `${loadName(interactive)} + ${loadName(load)}`,
  parts: [...(interactive.kind === 'mixed' ? interactive.parts : [interactive]), load],
  ratePerS: interactive.ratePerS + load.ratePerS,
});

/** What requests have to end by. */
export interface Deadline {
  /** From arrival to the last token. */
  readonly ms: number;
  /** In place of promises of TTFT and gaps; otherwise beside them, and of the later part of a mixed load. */
  readonly alone: boolean;
}

/** What runs of a tier have in common, and the deadline of its requests, if any. @throws VoltanaError BUG for a tier that nobody asked for */
export function groundOfTier(ground: TuningGround, tier?: LoadTier): { readonly ground: TuningGround; readonly deadline: Deadline | null } {
  if (tier === undefined) return { ground, deadline: null };
  const { batch } = ground;
  if (batch === undefined) throw new VoltanaError('BUG', `there is no ${tier} tier to run`);
  if (tier === 'together')
    return { ground: { ...ground, load: together(ground.load, batch) }, deadline: { ms: batch.deadlineMs, alone: false } };
  return { ground: { ...ground, load: batch.load, slo: batch.slo }, deadline: { ms: batch.deadlineMs, alone: true } };
}
