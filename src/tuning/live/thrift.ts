import { quantile } from '../../statistics/quantile.ts';
import type { AuditEntry } from '../../domain/live-tuning.ts';
import type { GuardOptions } from './options.ts';

const BUCKET_MS = 900_000;
const BUCKETS_OF_A_DAY = 96;

/**
 * How much energy is worth now: the signal (carbon or price per kWh) against its own median of the last day, from 0 at `low` times the
 * median to 1 at `high` times and above. Moves by limited steps, and not for small changes.
 */
export class Thrift {
  readonly #options: GuardOptions['thrift'];
  /** Means of a quarter of an hour each. */
  #past: number[] = [];
  #bucket = { endMs: -Infinity, sum: 0, samples: 0 };
  #median: number | null = null;
  #lastMs: number | null = null;
  #wanted = 1;
  #movedMs = -Infinity;
  #value = 1;

  constructor({ thrift }: GuardOptions) {
    this.#options = thrift;
  }

  get value(): number {
    return this.#value;
  }

  /** @param signal null while its source is silent, undefined where there is none */
  see(signal: number | null | undefined, nowMs: number): AuditEntry[] {
    if (typeof signal === 'number' && Number.isFinite(signal)) {
      this.#lastMs = nowMs;
      this.#remember(signal, nowMs);
      this.#wanted = this.#map(signal);
      return this.#move(nowMs, { signal, median: this.#median });
    }
    if (this.#lastMs === null || nowMs - this.#lastMs < this.#options.staleS * 1000) return [];
    this.#wanted = 1;
    return this.#move(nowMs, { signal: null, median: this.#median });
  }

  #map(signal: number): number {
    const { low, high } = this.#options;
    // Free energy most of the day leaves nothing to compare with.
    if (this.#median === null || this.#median <= 0) return 1;
    return Math.min(1, Math.max(0, (signal / this.#median - low) / (high - low)));
  }

  #move(nowMs: number, figures: AuditEntry['figures']): AuditEntry[] {
    const { hysteresis, step, everyS, staleS } = this.#options;
    const far = this.#wanted - this.#value;
    // The ends are reached whatever the hysteresis: 1 is the usual.
    const ends = (this.#wanted === 0 || this.#wanted === 1) && far !== 0;
    if ((!ends && Math.abs(far) < hysteresis) || nowMs - this.#movedMs < everyS * 1000) return [];
    const from = this.#value;
    this.#value = Math.abs(far) <= step ? this.#wanted : from + Math.sign(far) * step;
    this.#movedMs = nowMs;
    const why =
      figures.signal === null
        ? `the signal has been silent for ${staleS} s`
        : `the signal is ${figures.signal}, its median ${figures.median}`;
    return [
      { atMs: nowMs, event: 'signal', text: `thrift ${from} -> ${this.#value}: ${why}`, figures: { ...figures, from, to: this.#value } },
    ];
  }

  #remember(signal: number, nowMs: number): void {
    const bucket = this.#bucket;
    if (nowMs >= bucket.endMs) {
      if (bucket.samples > 0) this.#past.push(bucket.sum / bucket.samples);
      if (this.#past.length > BUCKETS_OF_A_DAY) this.#past.shift();
      this.#bucket = { endMs: nowMs + BUCKET_MS, sum: signal, samples: 1 };
      this.#median = quantile(this.#past.length > 0 ? this.#past : [signal], 0.5);
      return;
    }
    bucket.sum += signal;
    bucket.samples++;
  }
}
