/** Requests that take longer are remembered by their last seconds. */
const SECONDS = 128;

/** The mean clock of a domain in each of the last seconds. */
export class ClockMemory {
  readonly #seconds = new Float64Array(SECONDS).fill(-1);
  readonly #sums = new Float64Array(SECONDS);
  readonly #samples = new Float64Array(SECONDS);

  see(clockMhz: number | null, nowMs: number): void {
    if (clockMhz === null || !Number.isFinite(clockMhz)) return;
    const second = Math.floor(nowMs / 1000);
    const slot = ((second % SECONDS) + SECONDS) % SECONDS;
    if (this.#seconds[slot] !== second) [this.#seconds[slot], this.#sums[slot], this.#samples[slot]] = [second, 0, 0];
    this.#sums[slot]! += clockMhz;
    this.#samples[slot]!++;
  }

  /** MHz; null where nothing is known of that time. */
  meanMhz(fromMs: number, toMs: number): number | null {
    const last = Math.floor(toMs / 1000);
    const first = Math.max(Math.floor(fromMs / 1000), last - SECONDS + 1);
    let [sum, samples] = [0, 0];
    for (let second = first; second <= last; second++) {
      const slot = ((second % SECONDS) + SECONDS) % SECONDS;
      if (this.#seconds[slot] !== second) continue;
      sum += this.#sums[slot]!;
      samples += this.#samples[slot]!;
    }
    return samples === 0 ? null : sum / samples;
  }
}
