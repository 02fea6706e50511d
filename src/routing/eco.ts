import type { PolicyRequest } from '../domain/request.ts';
import type { DecodeLoad, PrefillLoad } from '../telemetry/load.ts';
import type { Candidate, RoutingPolicy, RoutingQuestion } from './policy.ts';

/** Part of the ITL SLO that a packed instance may use: less than the governor's own target, so that it keeps room to react. */
const ITL_TARGET = 0.8;

/** The candidate of least cost; the first of equals. Infinite costs all round still give one. */
function cheapest<L>(candidates: readonly Candidate<L>[], costOf: (candidate: Candidate<L>) => number): Candidate<L> {
  let best = candidates[0]!;
  let bestCost = costOf(best);
  for (const candidate of candidates.slice(1)) {
    const cost = costOf(candidate);
    if (cost < bestCost) [best, bestCost] = [candidate, cost];
  }
  return best;
}

/** Predicted time until a prompt sent here now would be done, at the clock that holds (milliseconds). */
function prefillDelayMs({ load, predictor, currentMhz }: Candidate<PrefillLoad>, request: PolicyRequest): number {
  let delayMs = 0;
  for (const { promptTokens } of [...load.waiting, request])
    delayMs += predictor.predict({ batch: 1, tokens: promptTokens }, currentMhz).latencyMs;
  return delayMs;
}

/** Power at the slowest clock that keeps the ITL with this many requests; Infinity when none does (watts). */
function powerFor({ predictor, clocksMhz }: Candidate<DecodeLoad>, batch: number, kvTokens: number, itlMs: number): number {
  if (batch === 0) return predictor.predict({ batch: 0, tokens: 0 }, clocksMhz[0]!).idleW;
  for (const clockMhz of clocksMhz) {
    const { latencyMs, powerW } = predictor.predict({ batch, tokens: kvTokens }, clockMhz);
    if (latencyMs <= itlMs * ITL_TARGET) return powerW;
  }
  return Infinity;
}

/** What-if: the power that one more request costs on this instance. Waking an idle one costs most, a busy one little. */
function marginalW(candidate: Candidate<DecodeLoad>, { request, slo }: RoutingQuestion): number {
  const { batch, incoming, kvTokens, meanPromptTokens } = candidate.load;
  const requests = batch + incoming;
  const heldTokens = kvTokens + incoming * (meanPromptTokens ?? 0);
  const after = powerFor(candidate, requests + 1, heldTokens + request.promptTokens, slo.itlMs);
  return after === Infinity ? Infinity : after - powerFor(candidate, requests, heldTokens, slo.itlMs);
}

/** Nobody has room within the SLO: the emptiest suffers least. */
const leastRequests = ({ load }: Candidate<DecodeLoad>): number => load.batch + load.incoming;

/**
 * voltana's routing: prefill where the prompt would be done first; decode where it costs the least additional power
 * under the ITL SLO. Light load so gathers on few instances, and the others idle at their lowest clock.
 */
export const ecoRouting: RoutingPolicy = {
  id: 'eco',
  choose(question) {
    const { prefill, decode, request } = question;
    const packed = cheapest(decode, (candidate) => marginalW(candidate, question));
    const fits = Number.isFinite(marginalW(packed, question));
    return {
      kind: 'placement',
      prefill: cheapest(prefill, (candidate) => prefillDelayMs(candidate, request)).id,
      decode: fits ? packed.id : cheapest(decode, leastRequests).id,
      reason: fits ? 'least additional power' : 'no room within the ITL SLO: fewest requests',
    };
  },
};
