import type { Prediction, Predictor } from '../../prediction/predictor.ts';
import type { DecodeLoad } from '../../telemetry/load.ts';
import type { GoverningQuestion } from '../governor.ts';

/** A batch that the arrivals sustain at a clock. */
export interface Stable {
  /** Whole requests: what an iteration runs with. */
  readonly batch: number;
  /** Requests on average, not rounded. */
  readonly requests: number;
  readonly prediction: Prediction;
}

const MS_PER_S = 1000;
/** A batch that has not settled after so many rounds grows without end, or so slowly that the next decision is in time. */
const MOST_ROUNDS = 20;
/** Where one request more brings nearly one more, a straight line leads nowhere near. */
const STEEPEST = 0.95;
const ROUNDING = 1e-9;
/** Over how many batch steps in a row a crowd may lead. */
const MOST_STEPS = 3;
/** Where nothing stable lies within reach, a batch is taken as large as the arrivals of so long make it. */
const REACH_S = 60;

/** KV tokens of a request like those that run now, or like those expected while none runs. */
const kvPerRequest = (load: DecodeLoad): number =>
  load.batch > 0 ? load.kvTokens / load.batch : (load.meanPromptTokens ?? 0) + (load.meanOutputTokens ?? 0) / 2;

/** What one decode instance does with its arrivals at any clock: the batch answers the clock, and the clock's latency answers the batch. */
export class BatchModel {
  /** Requests that run, or will before long. */
  readonly present: number;
  /** Tokens that its clients are owed per millisecond; null while nobody knows how long answers are. */
  readonly tokensPerMs: number | null;
  readonly #mostBatch: number;
  readonly #predictor: Predictor;
  readonly #kvPerRequest: number;
  /** Of the question at hand: a decision asks some hundred times. */
  readonly #asked = { batch: 0, tokens: 0 };

  constructor({ predictor }: GoverningQuestion, load: DecodeLoad) {
    this.#predictor = predictor;
    this.#kvPerRequest = kvPerRequest(load);
    this.present = Math.max(1, load.batch + load.incoming);
    this.#mostBatch = this.present + Math.ceil(load.requestRatePerS * REACH_S);
    this.tokensPerMs = load.meanOutputTokens === null ? null : (load.requestRatePerS * load.meanOutputTokens) / MS_PER_S;
  }

  at(batch: number, clockMhz: number): Prediction {
    this.#asked.batch = batch;
    this.#asked.tokens = batch * this.#kvPerRequest;
    return this.#predictor.predict(this.#asked, clockMhz);
  }

  /**
   * Little's law, round by round: where a batch of `from` ends at a clock. Latency does not fall with the batch, so it
   * goes straight up or down, to the nearest stable batch on that side: with batch steps there may be several.
   * While nobody knows how long answers are, the present batch is all there is.
   */
  settle(from: number, clockMhz: number): Stable {
    const { tokensPerMs, present } = this;
    if (tokensPerMs === null) return { batch: present, requests: present, prediction: this.at(present, clockMhz) };
    return this.#nearest(from, clockMhz, tokensPerMs);
  }

  /**
   * Batches come and go around their mean (Poisson), so a stable one from which an ordinary crowd leads away upwards does not
   * last: the next holds.
   * @returns the very one given if it lasts
   */
  lasting(stable: Stable, clockMhz: number): Stable {
    const { tokensPerMs } = this;
    if (tokensPerMs === null) return stable;
    let lasting = stable;
    for (let step = 0; step < MOST_STEPS; step++) {
      const crowd = Math.ceil(lasting.batch + Math.sqrt(lasting.batch));
      if (tokensPerMs * this.at(crowd, clockMhz).latencyMs <= crowd) break;
      lasting = this.#nearest(crowd, clockMhz, tokensPerMs);
    }
    return lasting;
  }

  #nearest(from: number, clockMhz: number, tokensPerMs: number): Stable {
    let [batch, before, requestsBefore] = [from, NaN, NaN];
    for (let round = 0; ; round++) {
      const prediction = this.at(batch, clockMhz);
      const requests = tokensPerMs * prediction.latencyMs;
      const next = this.#whole(requests);
      if (next === batch || round === MOST_ROUNDS) return { batch, requests, prediction };
      // Between steps latency is nearly a straight line: two rounds tell where it leads.
      const slope = (requests - requestsBefore) / (batch - before);
      const ahead = slope > 0 && slope < STEEPEST ? this.#whole(batch + (requests - batch) / (1 - slope)) : next;
      [before, requestsBefore] = [batch, requests];
      batch = ahead === batch ? next : ahead;
    }
  }

  #whole(requests: number): number {
    return Math.min(this.#mostBatch, Math.max(1, Math.ceil(requests - ROUNDING)));
  }
}
