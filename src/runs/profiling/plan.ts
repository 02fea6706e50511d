import { atLeast } from '../../control/resolve.ts';
import type { Instance } from '../../domain/instance.ts';

/** What a profile measures on every instance of a role. */
export interface ProfilePlan {
  readonly clocksMhz: readonly number[];
  readonly prefill: {
    readonly promptTokens: readonly number[];
    /** Measurements of each point; their median counts. */
    readonly repeats: number;
  };
  readonly decode: {
    readonly loads: readonly { readonly batch: number; readonly contextTokens: number }[];
    /** Shortest measuring window; it ends with a whole iteration. */
    readonly windowMs: number;
  };
  /** Window for the power of an idle GPU at each clock. */
  readonly idleMs: number;
}

/** `count` clocks evenly spread over the supported ones, both ends included, ascending. */
export function spreadClocks(supportedMhz: readonly number[], count: number): number[] {
  const lowest = supportedMhz[0]!;
  const highest = supportedMhz.at(-1)!;
  const steps = Math.max(1, count - 1);
  const spread = Array.from({ length: count }, (_, i) => atLeast(supportedMhz, lowest + ((highest - lowest) * i) / steps));
  return [...new Set(spread)];
}

/** How many points a whole profile has. */
export function plannedPoints({ clocksMhz, prefill, decode }: ProfilePlan, instances: readonly Instance[]): number {
  const perClock = { prefill: prefill.promptTokens.length, decode: decode.loads.length };
  return instances.reduce((sum, { role }) => sum + clocksMhz.length * perClock[role], 0);
}

/** A short profile: enough for the linear predictor's three coefficients a phase, half a minute for a whole cluster. */
export const shortPlan = (supportedMhz: readonly number[]): ProfilePlan => ({
  clocksMhz: spreadClocks(supportedMhz, 6),
  prefill: { promptTokens: [256, 768, 1792, 3584, 6144], repeats: 1 },
  decode: {
    loads: [
      { batch: 4, contextTokens: 1024 },
      { batch: 24, contextTokens: 512 },
      { batch: 24, contextTokens: 2048 },
      { batch: 40, contextTokens: 1024 },
      { batch: 64, contextTokens: 1280 },
    ],
    windowMs: 350,
  },
  idleMs: 120,
});

/** KV tokens that an instance must hold for the largest load of a plan, with the room that an engine keeps for each request's output. */
export const tokensNeeded = ({ prefill, decode }: ProfilePlan, reservedTokens: number): number =>
  Math.max(...prefill.promptTokens, ...decode.loads.map(({ batch, contextTokens }) => batch * (contextTokens + reservedTokens)));
