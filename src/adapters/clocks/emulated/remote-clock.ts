/**
 * Translates another process's monotonic clock into ours. Of all round trips the shortest bounds the offset best
 * (NTP's clock filter); on one machine both clocks run alike, so the offset never ages.
 */
export class RemoteClock {
  #shortestMs = Infinity;
  #offsetMs = 0;

  /** @returns `remoteMs` on our clock */
  toLocalMs(remoteMs: number, sentMs: number, receivedMs: number): number {
    const roundTripMs = receivedMs - sentMs;
    if (roundTripMs < this.#shortestMs) {
      this.#shortestMs = roundTripMs;
      this.#offsetMs = (sentMs + receivedMs) / 2 - remoteMs;
    }
    return remoteMs + this.#offsetMs;
  }
}
