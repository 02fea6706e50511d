import type { Prediction } from '../../prediction/predictor.ts';
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
const MOST_ROUNDS = 30;
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
  readonly #question: GoverningQuestion;
  readonly #kvPerRequest: number;

  constructor(question: GoverningQuestion, load: DecodeLoad) {
    this.#question = question;
    this.#kvPerRequest = kvPerRequest(load);
    this.present = Math.max(1, load.batch + load.incoming);
    this.#mostBatch = this.present + Math.ceil(load.requestRatePerS * REACH_S);
    this.tokensPerMs = load.meanOutputTokens === null ? null : (load.requestRatePerS * load.meanOutputTokens) / MS_PER_S;
  }

  at(batch: number, clockMhz: number): Prediction {
    return this.#question.predictor.predict({ batch, tokens: batch * this.#kvPerRequest }, clockMhz);
  }

  /**
   * Little's law, round by round: where a batch of `from` ends at a clock. Latency does not fall with the batch, so it
   * goes straight up or down, to the nearest stable batch on that side: with batch steps there may be several. Batches come
   * and go around their mean (Poisson), so one from which an ordinary crowd leads away upwards does not last: the next holds.
   * While nobody knows how long answers are, the present batch is all there is.
   */
  settle(from: number, clockMhz: number): Stable {
    const { tokensPerMs, present } = this;
    if (tokensPerMs === null) return { batch: present, requests: present, prediction: this.at(present, clockMhz) };
    let stable = this.#nearest(from, clockMhz, tokensPerMs);
    for (let step = 0; step < MOST_STEPS; step++) {
      const crowd = Math.ceil(stable.batch + Math.sqrt(stable.batch));
      if (tokensPerMs * this.at(crowd, clockMhz).latencyMs <= crowd) return stable;
      stable = this.#nearest(crowd, clockMhz, tokensPerMs);
    }
    return stable;
  }

  #nearest(from: number, clockMhz: number, tokensPerMs: number): Stable {
    let batch = from;
    for (let round = 0; ; round++) {
      const prediction = this.at(batch, clockMhz);
      const requests = tokensPerMs * prediction.latencyMs;
      const next = Math.min(this.#mostBatch, Math.max(1, Math.ceil(requests - ROUNDING)));
      if (next === batch || round === MOST_ROUNDS) return { batch, requests, prediction };
      batch = next;
    }
  }
}
