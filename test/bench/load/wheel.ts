/** Steps that repeat, all on one timer of a millisecond: thousands of timers would cost more than what they call. */
export class Wheel {
  readonly #slots = new Map<number, (() => void)[]>();
  #nextMs = Math.floor(performance.now());

  constructor() {
    setInterval(() => this.#turn(), 1);
  }

  /** Calls after `firstMs` and then every `everyMs`, by absolute times, until it says false. */
  every(everyMs: number, firstMs: number, step: () => boolean): void {
    let atMs = performance.now() + firstMs;
    const again = (): void => {
      if (!step()) return;
      atMs += everyMs;
      this.#at(atMs, again);
    };
    this.#at(atMs, again);
  }

  #at(atMs: number, callback: () => void): void {
    const slot = Math.max(Math.ceil(atMs), this.#nextMs);
    const callbacks = this.#slots.get(slot);
    if (callbacks === undefined) this.#slots.set(slot, [callback]);
    else callbacks.push(callback);
  }

  #turn(): void {
    for (const nowMs = performance.now(); this.#nextMs <= nowMs;) {
      const slot = this.#nextMs++;
      const due = this.#slots.get(slot);
      this.#slots.delete(slot);
      due?.forEach((callback) => callback());
    }
  }
}
