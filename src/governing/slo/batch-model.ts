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
const MOST_ROUNDS = 10;
const ROUNDING = 1e-9;
/** Where nothing stable lies within reach, a batch is taken as large as the arrivals of so long make it. */
const REACH_S = 60;

/** KV tokens of a request like those that run now, or like those expected while none runs. */
const kvPerRequest = (load: DecodeLoad): number =>
  load.batch > 0 ? load.kvTokens / load.batch : (load.meanPromptTokens ?? 0) + (load.meanOutputTokens ?? 0) / 2;

/** What one decode instance does with its arrivals at any clock: the batch answers the clock, and the clock's latency answers the batch. */
export class BatchModel {
  /** Requests that run, or will before long. */
  readonly present: number;
  /** Tokens that its clients are owed per millisecond. */
  readonly tokensPerMs: number;
  readonly #mostBatch: number;
  readonly #question: GoverningQuestion;
  readonly #kvPerRequest: number;

  constructor(question: GoverningQuestion, load: DecodeLoad) {
    this.#question = question;
    this.#kvPerRequest = kvPerRequest(load);
    this.present = Math.max(1, load.batch + load.incoming);
    this.#mostBatch = this.present + Math.ceil(load.requestRatePerS * REACH_S);
    // While no output length is known, the present batch is taken for the sustained one.
    this.tokensPerMs =
      load.meanOutputTokens === null
        ? this.present / this.at(this.present, question.currentMhz).latencyMs
        : (load.requestRatePerS * load.meanOutputTokens) / MS_PER_S;
  }

  at(batch: number, clockMhz: number): Prediction {
    return this.#question.predictor.predict({ batch, tokens: batch * this.#kvPerRequest }, clockMhz);
  }

  /**
   * Little's law, round by round: where a batch of `from` ends at a clock. Latency does not fall with the batch, so it
   * goes straight up or down, to the nearest stable batch on that side: with batch steps there may be several.
   */
  settle(from: number, clockMhz: number): Stable {
    let batch = from;
    for (let round = 0; ; round++) {
      const prediction = this.at(batch, clockMhz);
      const requests = this.tokensPerMs * prediction.latencyMs;
      const next = Math.min(this.#mostBatch, Math.max(1, Math.ceil(requests - ROUNDING)));
      if (next === batch || round === MOST_ROUNDS) return { batch, requests, prediction };
      batch = next;
    }
  }
}
