import type { DecodeLoad } from '../../telemetry/load.ts';
import { requestsOf } from '../order.ts';
import type { Candidate, RoutingQuestion } from '../policy.ts';
import { ByPredictor } from './by-predictor.ts';
import { StationaryPower } from './stationary-power.ts';

/** What an operator may turn on how many decode instances share the load. Fractions unless the name says otherwise. */
export interface AwakeTunables {
  /** Plan for this much more than the present rate: batches come and go around their mean. */
  readonly headroom: number;
  /** One instance less must save this part of the power above idle. */
  readonly minSaving: number;
  /** And must have seemed enough for so long. */
  readonly calmMs: number;
  /** Another instance must do the same work with this much less power to take over. */
  readonly takeOver: number;
  /** The set is thought over this often. */
  readonly everyMs: number;
  /** The rate that it is for forgets in this time: bursts go where there is room, they wake nobody. */
  readonly memoryMs: number;
}

export const AWAKE_TUNABLES: AwakeTunables = {
  headroom: 0.05,
  minSaving: 0.02,
  calmMs: 5000,
  takeOver: 0.4,
  everyMs: 100,
  memoryMs: 10_000,
};

/** Of the fleet's decode half: what arrives, and what a request holds on average. */
interface Demand {
  readonly tokensPerMs: number;
  readonly contextTokens: number;
}

const MS_PER_S = 1000;
/** A load lighter than this tells instances apart as this one does: the first request should not go where the second will not. */
const LEAST_TOKENS_PER_MS = 0.5;

function demandOf({ arrivals, decode }: RoutingQuestion, outputTokens: number): Demand {
  let [requests, tokens, ratePerS] = [0, 0, 0];
  for (const { load } of decode) {
    requests += load.batch;
    tokens += load.kvTokens;
    ratePerS += load.requestRatePerS;
  }
  const expected = (arrivals.meanPromptTokens ?? 0) + outputTokens / 2;
  return {
    // What waits at the gateway is on its way, too.
    tokensPerMs: (Math.max(arrivals.requestRatePerS, ratePerS) * outputTokens) / MS_PER_S,
    contextTokens: requests > 0 ? tokens / requests : expected,
  };
}

interface Ranked {
  readonly candidate: Candidate<DecodeLoad>;
  /** At its share of the load; Infinity beyond what it can do. */
  readonly aboveIdleW: number;
  /** Taken for less where it is awake already. */
  readonly rankW: number;
}

/** Most requests first among equals: whoever is nearly empty is the one to drain. */
const byRank = (a: Ranked, b: Ranked): number =>
  (a.rankW === b.rankW ? 0 : a.rankW - b.rankW) ||
  requestsOf(b.candidate.load) - requestsOf(a.candidate.load) ||
  b.candidate.load.kvTokens - a.candidate.load.kvTokens;

/**
 * How many decode instances the load is for, and which. A running instance costs what reading its weights costs, however
 * few requests it has; a crowded one needs a faster clock. Between the two lies the number of least stationary power. One
 * more is taken at once, one less after a calm time; whoever is left out ends what it has and idles.
 */
export class AwakeSet {
  readonly #tunables: AwakeTunables;
  readonly #powers = new ByPredictor<StationaryPower>();
  #members: ReadonlySet<string> = new Set();
  #count = 1;
  #fewerSinceMs: number | null = null;
  #thoughtMs = -Infinity;
  #tokensPerMs: number | null = null;

  constructor(tunables: AwakeTunables = AWAKE_TUNABLES) {
    this.#tunables = tunables;
  }

  /**
   * @param outputTokens expected of a request
   * @param itlMs target
   * @returns the ids of those that requests go to, never none of them
   */
  of(question: RoutingQuestion, outputTokens: number, itlMs: number): ReadonlySet<string> {
    const { nowMs } = question;
    if (nowMs - this.#thoughtMs >= this.#tunables.everyMs || !question.decode.some(({ id }) => this.#members.has(id))) {
      this.#think(question, this.#remembered(demandOf(question, outputTokens), nowMs), itlMs);
      this.#thoughtMs = nowMs;
    }
    return this.#members;
  }

  #remembered({ tokensPerMs, contextTokens }: Demand, nowMs: number): Demand {
    const forgotten = this.#tokensPerMs === null ? 1 : 1 - Math.exp((this.#thoughtMs - nowMs) / this.#tunables.memoryMs);
    this.#tokensPerMs = (this.#tokensPerMs ?? 0) + forgotten * (tokensPerMs - (this.#tokensPerMs ?? 0));
    return { tokensPerMs: this.#tokensPerMs, contextTokens };
  }

  #think({ decode, nowMs }: RoutingQuestion, { tokensPerMs, contextTokens }: Demand, itlMs: number): void {
    const powers = decode.map((candidate, place) => this.#powerOf(candidate, place, itlMs, nowMs));
    const planned = tokensPerMs * (1 + this.#tunables.headroom);
    const known: Ranked[][] = [];
    const rankedFor = (awake: number): Ranked[] =>
      (known[awake] ??= this.#ranked(decode, powers, Math.max(LEAST_TOKENS_PER_MS, planned / awake), contextTokens));
    const fleetW = (awake: number): number => {
      let sumW = 0;
      for (const { aboveIdleW } of rankedFor(awake).slice(0, awake)) sumW += aboveIdleW;
      return sumW;
    };
    this.#adjust(decode.length, fleetW, nowMs);
    this.#members = new Set(
      rankedFor(this.#count)
        .slice(0, this.#count)
        .map(({ candidate }) => candidate.id),
    );
  }

  #ranked(
    decode: readonly Candidate<DecodeLoad>[],
    powers: readonly StationaryPower[],
    tokensPerMs: number,
    contextTokens: number,
  ): Ranked[] {
    const ranked = decode.map((candidate, place) => {
      const power = powers[place]!;
      const aboveIdleW = power.watts(tokensPerMs, contextTokens) - power.idleW;
      const rankW = this.#members.has(candidate.id) ? aboveIdleW * (1 - this.#tunables.takeOver) : aboveIdleW;
      return { candidate, aboveIdleW, rankW };
    });
    return ranked.sort(byRank);
  }

  #adjust(instances: number, fleetW: (awake: number) => number, nowMs: number): void {
    this.#count = Math.min(this.#count, instances);
    let nowW = fleetW(this.#count);
    while (this.#count < instances) {
      const moreW = fleetW(this.#count + 1);
      if (nowW < Infinity && moreW >= nowW) break;
      this.#count++;
      this.#fewerSinceMs = null;
      nowW = moreW;
    }
    if (this.#count === 1 || fleetW(this.#count - 1) > nowW * (1 - this.#tunables.minSaving)) {
      this.#fewerSinceMs = null;
      return;
    }
    this.#fewerSinceMs ??= nowMs;
    if (nowMs - this.#fewerSinceMs < this.#tunables.calmMs) return;
    this.#count--;
    this.#fewerSinceMs = null;
  }

  #powerOf({ predictor, clocksMhz }: Candidate<DecodeLoad>, place: number, itlMs: number, nowMs: number): StationaryPower {
    const known = this.#powers.get(predictor, place, nowMs);
    if (known?.itlMs === itlMs && known.clocksMhz === clocksMhz) return known;
    return this.#powers.set(predictor, place, new StationaryPower(predictor, clocksMhz, itlMs), nowMs);
  }
}
