import type { LaunchedInstance, Role } from '../../domain/instance.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import type { Random } from '../../ports/random.ts';
import { shuffled } from './bench.ts';
import { fixedDesign } from './designs/fixed.ts';
import type { ProfilePlan } from './plan.ts';
import type { Profiling } from './profile-cluster.ts';
import { NOTHING } from './profile-instance.ts';
import type { MeasureSettings } from './settings.ts';

/** Each point takes its window and no more: half a minute is too short to wait for certainty. */
function settings({ prefill, decode, idleMs }: ProfilePlan): Readonly<Record<Role, MeasureSettings>> {
  const common = { precisionPct: Infinity, stable: null, unstablePct: Infinity, inFlight: 1, idleMs } as const;
  return {
    prefill: { ...common, minMs: 0, limitMs: Infinity, block: { minMs: 0, iterations: 1 }, minBlocks: prefill.repeats },
    decode: { ...common, minMs: decode.windowMs, limitMs: decode.windowMs, block: { minMs: 50, iterations: 2 }, minBlocks: 1 },
  };
}

/** Prefill clock by clock; decode load by load, so that one running batch serves all clocks. Everything in random order. */
function pointsOf({ role }: LaunchedInstance, { clocksMhz, prefill, decode }: ProfilePlan, random: Random): PlannedPoint[] {
  const why = 'short plan';
  if (role === 'prefill') {
    return shuffled(clocksMhz, random).flatMap((clockMhz) =>
      shuffled(prefill.promptTokens, random).map((tokens) => ({ clockMhz, batch: 1, tokens, why })),
    );
  }
  return shuffled(decode.loads, random).flatMap(({ batch, contextTokens }) =>
    shuffled(clocksMhz, random).map((clockMhz) => ({ clockMhz, batch, tokens: contextTokens, why })),
  );
}

/** A fixed plan on every instance, as the demo measures it. */
export const shortProfiling = (plan: ProfilePlan, instances: readonly LaunchedInstance[], random: Random): Profiling => ({
  instances,
  settings: settings(plan),
  sweepOf: (instance) => ({
    designer: fixedDesign(pointsOf(instance, plan, random)),
    idleClocksMhz: shuffled(plan.clocksMhz, random),
    control: null,
    budgetGpuS: Infinity,
    before: NOTHING,
  }),
});
