/**
 * Translates another process's monotonic clock into ours. What the remote clock showed lay between question and
 * answer, so every round trip bounds the offset from both sides; the middle of all bounds so far is the estimate
 * (Marzullo's intersection). A moment is thus never before its question nor after its answer, and later questions get
 * later moments. On one machine both clocks run alike, so the bounds never age.
 */
export class RemoteClock {
  #lowestMs = -Infinity;
  #highestMs = Infinity;

  /** @returns `remoteMs` on our clock */
  toLocalMs(remoteMs: number, sentMs: number, receivedMs: number): number {
    this.#narrow(sentMs - remoteMs, receivedMs - remoteMs);
    return remoteMs + (this.#lowestMs + this.#highestMs) / 2;
  }

  #narrow(lowestMs: number, highestMs: number): void {
    const apart = lowestMs > this.#highestMs || highestMs < this.#lowestMs;
    // One of the clocks has jumped, as after a suspension: what was known holds no more.
    this.#lowestMs = apart ? lowestMs : Math.max(this.#lowestMs, lowestMs);
    this.#highestMs = apart ? highestMs : Math.min(this.#highestMs, highestMs);
  }
}
