/**
 * Translates another process's monotonic clock into ours. What the remote clock showed lay between question and
 * answer, so every round trip bounds the offset from both sides; the middle of all bounds so far is the estimate
 * (Marzullo's intersection). A moment is thus never before its question nor after its answer, and later questions get
 * later moments. On one machine both clocks run alike, so the bounds never age.
 */
export class RemoteClock {
  #lowestMs = -Infinity;
  #highestMs = Infinity;

  /** @returns `remoteMs`, which lay between the two, on our clock */
  toLocalMs(remoteMs: number, sentMs: number, receivedMs: number): number {
    this.observe(remoteMs, remoteMs, sentMs, receivedMs);
    return this.translate(remoteMs);
  }

  /** A question that came at `arrivedMs` and was answered at `leftMs`, both on the remote clock. */
  observe(arrivedMs: number, leftMs: number, sentMs: number, receivedMs: number): void {
    this.#narrow(sentMs - arrivedMs, receivedMs - leftMs);
  }

  /** @returns any remote moment on our clock, once something has been observed */
  translate(remoteMs: number): number {
    return remoteMs + (this.#lowestMs + this.#highestMs) / 2;
  }

  /** By how much ours is ahead, and how far off that may be; null before anything has been observed. */
  get offset(): { readonly aheadMs: number; readonly withinMs: number } | null {
    const spanMs = this.#highestMs - this.#lowestMs;
    return Number.isFinite(spanMs) ? { aheadMs: (this.#lowestMs + this.#highestMs) / 2, withinMs: spanMs / 2 } : null;
  }

  #narrow(lowestMs: number, highestMs: number): void {
    const apart = lowestMs > this.#highestMs || highestMs < this.#lowestMs;
    // One of the clocks has jumped, as after a suspension: what was known holds no more.
    this.#lowestMs = apart ? lowestMs : Math.max(this.#lowestMs, lowestMs);
    this.#highestMs = apart ? highestMs : Math.min(this.#highestMs, highestMs);
  }
}
