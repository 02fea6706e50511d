import type { Predictor } from '../../prediction/predictor.ts';
import type { DecodeLoad } from '../../telemetry/load.ts';
import { firstBy, lighterDecode, requestsOf } from '../order.ts';
import type { Candidate, RoutingQuestion } from '../policy.ts';
import { DecodeEnergy, type Refresh } from './decode-energy.ts';
import type { EcoTunables } from './tunables.ts';

/** A search for the largest batch ends here; no engine runs more. */
const MOST_BATCH = 4096;
const REFRESHES_PER_DECISION = 4;

export interface DecodeChoice {
  readonly id: string;
  /** Predicted energy that the request adds to the fleet; Infinity when nobody keeps the SLO with it (J). */
  readonly costJ: number;
  readonly reason: string;
}

const heldTokens = ({ kvTokens, incomingTokens }: DecodeLoad): number => kvTokens + incomingTokens;

/** The request lives as long wherever it goes, so one length serves all. The longest: room must not be overestimated. */
function expectedOutput(decode: readonly Candidate<DecodeLoad>[], { expectedOutputTokens }: EcoTunables): number {
  let most = 0;
  for (const { load } of decode) most = Math.max(most, load.meanOutputTokens ?? 0);
  return most > 0 ? most : expectedOutputTokens;
}

const hasRoom = ({ load, kvCapacityTokens }: Candidate<DecodeLoad>, tokens: number): boolean =>
  kvCapacityTokens === null || heldTokens(load) + tokens <= kvCapacityTokens;

/** Chooses decode instances; remembers what predictors have said. */
export class EcoDecode {
  readonly #tunables: EcoTunables;
  readonly #energies = new WeakMap<Predictor, DecodeEnergy>();
  readonly #refresh: Refresh;

  constructor(tunables: EcoTunables) {
    this.#tunables = tunables;
    this.#refresh = { nowMs: 0, left: 0, afterMs: tunables.refreshMs };
  }

  choose(question: RoutingQuestion): DecodeChoice {
    this.#refresh.nowMs = question.nowMs;
    this.#refresh.left = REFRESHES_PER_DECISION;
    const outputTokens = expectedOutput(question.decode, this.#tunables);
    const neededTokens = question.request.promptTokens + outputTokens;
    const roomy = question.decode.every((one) => hasRoom(one, neededTokens))
      ? question.decode
      : question.decode.filter((one) => hasRoom(one, neededTokens));
    if (roomy.length === 0) return this.#fairest(question, question.decode, 'no KV room');
    if (!this.#tunables.packDecode) return { id: firstBy(roomy, lighterDecode).id, costJ: 0, reason: 'fewest requests' };
    return this.#cheapest(question, roomy, outputTokens) ?? this.#safest(question, roomy);
  }

  #cheapest(question: RoutingQuestion, decode: readonly Candidate<DecodeLoad>[], outputTokens: number): DecodeChoice | null {
    const { request, slo } = question;
    const transferJ = this.#tunables.transferJPerToken * request.promptTokens;
    let best: Candidate<DecodeLoad> | null = null;
    let bestJ = Infinity;
    for (const candidate of decode) {
      const perTokenJ = this.#perTokenJ(candidate, request.promptTokens + outputTokens / 2, slo.itlMs);
      if (perTokenJ === Infinity) continue;
      const costJ = outputTokens * perTokenJ + transferJ;
      if (best === null || costJ < bestJ || (costJ === bestJ && lighterDecode(candidate, best) < 0)) [best, bestJ] = [candidate, costJ];
    }
    return best && { id: best.id, costJ: bestJ, reason: 'least additional energy' };
  }

  /**
   * What a token of one more request costs here. While arrivals refill the batch, each iteration of its life has one
   * request more. While the batch drains, the others leave it alone in the end: with exponential lives it is equally
   * likely to meet every batch from its own to the present one, which sums up to its share of the present iteration.
   */
  #perTokenJ(candidate: Candidate<DecodeLoad>, tokens: number, itlMs: number): number {
    const { load } = candidate;
    const requests = requestsOf(load);
    const energy = this.#energyOf(candidate, itlMs);
    const afterJ = energy.joules(requests + 1, heldTokens(load) + tokens, this.#refresh);
    if (afterJ === Infinity) return Infinity;
    const beforeJ = Math.min(afterJ, energy.joules(requests, heldTokens(load), this.#refresh));
    const { refilled } = this.#tunables;
    return refilled * (afterJ - beforeJ) + (1 - refilled) * (afterJ / (requests + 1));
  }

  /** Nobody is surely within the ITL target. Whoever just is comes before whoever is not. */
  #safest(question: RoutingQuestion, decode: readonly Candidate<DecodeLoad>[]): DecodeChoice {
    const { request, slo } = question;
    const safe = decode.filter((candidate) => {
      const { load } = candidate;
      return this.#energyOf(candidate, slo.itlMs).keeps(requestsOf(load) + 1, heldTokens(load) + request.promptTokens);
    });
    return this.#fairest(question, safe.length > 0 ? safe : decode, 'no room within the ITL SLO');
  }

  /** Fewest requests relative to what each can hold within the SLO and its KV room. */
  #fairest({ decode, request, slo }: RoutingQuestion, among: readonly Candidate<DecodeLoad>[], why: string): DecodeChoice {
    let [requests, tokens] = [1, request.promptTokens];
    for (const { load } of decode) {
      requests += requestsOf(load);
      tokens += heldTokens(load);
    }
    const fill = new Map<Candidate<DecodeLoad>, number>();
    for (const one of among) fill.set(one, (requestsOf(one.load) + 1) / this.#holds(one, tokens / requests, slo.itlMs));
    const chosen = firstBy(among, (a, b) => fill.get(a)! - fill.get(b)! || lighterDecode(a, b));
    return { id: chosen.id, costJ: Infinity, reason: `${why}: fewest requests` };
  }

  /** The largest batch of such requests within the ITL target and the KV room; at least 1. */
  #holds(candidate: Candidate<DecodeLoad>, tokensEach: number, itlMs: number): number {
    const energy = this.#energyOf(candidate, itlMs);
    let low = 1;
    let high = Math.max(1, Math.min(MOST_BATCH, Math.floor((candidate.kvCapacityTokens ?? Infinity) / Math.max(1, tokensEach))));
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (energy.keeps(middle, middle * tokensEach)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #energyOf({ predictor, clocksMhz }: Candidate<DecodeLoad>, sloItlMs: number): DecodeEnergy {
    const itlMs = sloItlMs * this.#tunables.itlTarget;
    const known = this.#energies.get(predictor);
    if (known && known.itlMs === itlMs && known.clocksMhz === clocksMhz) return known;
    const energy = new DecodeEnergy(predictor, clocksMhz, itlMs);
    this.#energies.set(predictor, energy);
    return energy;
  }
}
