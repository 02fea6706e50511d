import type { LiveObservation } from '../prediction/adaptive/adaptive-predictor.ts';

/** As what is learnt from streams: one observation from some neighbouring iterations. */
const LEAST_ITERATIONS = 4;
const LEAST_MS = 40;

/** The mean of neighbouring iterations at one settled clock, for whoever sees each of them. */
export class StepMean {
  #clockMhz: number | null = null;
  #iterations = 0;
  #totalMs = 0;
  /** Weighed by time, as an observer of streams sees them. */
  #batchMs = 0;
  #tokensMs = 0;

  /** @param clockMhz null while it is not settled @returns what there is to learn, when it is enough */
  add(batch: number, kvTokens: number, durationMs: number, clockMhz: number | null, nowMs: number): LiveObservation | null {
    if (clockMhz !== this.#clockMhz) this.#restart(clockMhz);
    if (clockMhz === null) return null;
    this.#iterations++;
    this.#totalMs += durationMs;
    this.#batchMs += batch * durationMs;
    this.#tokensMs += kvTokens * durationMs;
    if (this.#iterations < LEAST_ITERATIONS || this.#totalMs < LEAST_MS) return null;
    const observation = {
      load: { batch: this.#batchMs / this.#totalMs, tokens: this.#tokensMs / this.#totalMs },
      clockMhz,
      latencyMs: this.#totalMs / this.#iterations,
      atMs: nowMs,
    };
    this.#restart(clockMhz);
    return observation;
  }

  #restart(clockMhz: number | null): void {
    this.#clockMhz = clockMhz;
    this.#iterations = 0;
    this.#totalMs = 0;
    this.#batchMs = 0;
    this.#tokensMs = 0;
  }
}
