import type { Role } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { Predictor } from '../../prediction/predictor.ts';

/** What a fleet has to serve, means over the recent past. */
export interface Demand {
  readonly requestRatePerS: number;
  readonly meanPromptTokens: number;
  readonly meanOutputTokens: number;
}

/** How many instances of each role. */
export type FleetSize = Readonly<Record<Role, number>>;

/** What an operator may turn on resizing. Fractions unless the name says otherwise. */
export interface ResizeTunables {
  /** The demand grows by this before the next look: bursts, and what the rate's estimate may be short of. */
  readonly headroom: number;
  /** Never plan prefill instances busier than this at their highest clock: queues eat the TTFT SLO above. */
  readonly maxPrefillUtilisation: number;
  /** Plan decode instances for this part of the ITL SLO at their highest clock. */
  readonly itlTarget: number;
  /** Fewer instances are wanted for so long before one goes: a pause is no night. */
  readonly calmMs: number;
  /** From the order to wake until a released instance serves: process start, weights, graph capture. */
  readonly coldStartMs: number;
  /** Never fewer than these. */
  readonly least: FleetSize;
  /**
   * From an empty instance until its GPUs serve in another role: a cold start, as an engine of SGLang or TensorRT-LLM is started for one
   * phase (`--disaggregation-mode`, context or generation server). 0 for engines that serve both roles as they are (vLLM's `kv_both`).
   */
  readonly reloadMs: number;
  /** How often the layout is looked at where GPUs may change their role. */
  readonly lookMs: number;
  /** A change of layout must save within this what it costs, and a set of GPUs keeps a role at least so long. */
  readonly horizonMs: number;
  /** And it must save this part of the watts at least: predictions are not better than that. */
  readonly minGain: number;
  /** The same where GPUs would change their role: a fleet that is cut to fit one demand is far from the next one. */
  readonly minFlipGain: number;
  /** GPUs change their role for a promise only once the prefill sets would be busier than this, or decode misses its part of the ITL SLO. */
  readonly maxBusyBeforeFlip: number;
  /** Aggregated engines: the part of the time that prompts may take at the most. All streams stand still meanwhile. */
  readonly maxAggregatedPrefill: number;
  /** Aggregated engines: an answer of this part of the mean length keeps its mean gap when one prompt comes in between. */
  readonly shortAnswer: number;
}

export const RESIZE_TUNABLES: ResizeTunables = {
  headroom: 0.3,
  maxPrefillUtilisation: 0.6,
  itlTarget: 0.8,
  calmMs: 120_000,
  coldStartMs: 60_000,
  least: { prefill: 1, decode: 1 },
  reloadMs: 60_000,
  lookMs: 2000,
  horizonMs: 600_000,
  minGain: 0.03,
  minFlipGain: 0.1,
  maxBusyBeforeFlip: 0.9,
  maxAggregatedPrefill: 0.15,
  shortAnswer: 0.2,
};

/** One instance of each role, for all of that role. */
export type Archetypes = Readonly<
  Record<Role, { readonly predictor: Predictor; readonly maxMhz: number; readonly kvCapacityTokens: number | null }>
>;

/** Prefill seconds that a second brings, at the highest clock and one prompt at a time: an upper bound, since batches share what they read. */
function prefillNeed({ requestRatePerS, meanPromptTokens }: Demand, { prefill }: Archetypes, tunables: ResizeTunables): number {
  const { latencyMs } = prefill.predictor.predict({ batch: 1, tokens: meanPromptTokens }, prefill.maxMhz);
  return (requestRatePerS * latencyMs) / MS_PER_S / tunables.maxPrefillUtilisation;
}

const FIXED_POINT_ROUNDS = 30;

/** Whether one decode instance sustains this share of the tokens within the ITL and its KV room. */
function sustains({ meanPromptTokens, meanOutputTokens }: Demand, ratePerS: number, { decode }: Archetypes, itlMs: number): boolean {
  const tokensPerMs = (ratePerS * meanOutputTokens) / MS_PER_S;
  const kvEach = meanPromptTokens + meanOutputTokens / 2;
  let batch = 1;
  for (let round = 0; round < FIXED_POINT_ROUNDS; round++) {
    const { latencyMs } = decode.predictor.predict({ batch: Math.ceil(batch), tokens: Math.ceil(batch) * kvEach }, decode.maxMhz);
    if (latencyMs > itlMs) return false;
    const next = Math.max(1, tokensPerMs * latencyMs);
    if (Math.abs(next - batch) < 0.5) break;
    batch = next;
  }
  return decode.kvCapacityTokens === null || batch * kvEach <= decode.kvCapacityTokens;
}

/**
 * The fewest instances that keep the promise for a demand with some headroom, clocks at their highest: what is asked of
 * the governors is then what energy they can still save. Never more than there are.
 */
export function wantedSize(demand: Demand, archetypes: Archetypes, slo: Slo, available: FleetSize, tunables: ResizeTunables): FleetSize {
  const grown = { ...demand, requestRatePerS: demand.requestRatePerS * (1 + tunables.headroom) };
  const prefill = Math.ceil(prefillNeed(grown, archetypes, tunables));
  let decode = 1;
  while (decode < available.decode && !sustains(grown, grown.requestRatePerS / decode, archetypes, slo.itlMs * tunables.itlTarget))
    decode++;
  const bounded = (role: Role, wanted: number): number => Math.min(available[role], Math.max(tunables.least[role], wanted));
  return { prefill: bounded('prefill', prefill), decode: bounded('decode', decode) };
}
