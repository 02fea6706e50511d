interface Waiting {
  readonly urgent: boolean;
  readonly start: () => void;
}

/** Work on one thing, one after another. What is urgent goes before what waits, never before what has begun. */
export class Line {
  #busy = false;
  readonly #waiting: Waiting[] = [];

  /** Begins at once, before it returns, when nothing is under way. */
  run<T>(work: () => Promise<T>, { urgent = false } = {}): Promise<T> {
    if (!this.#busy) return this.#begin(work);
    return new Promise<T>((resolve, reject) => {
      const waiting = { urgent, start: () => void this.#begin(work).then(resolve, reject) };
      const before = urgent ? this.#waiting.findIndex((other) => !other.urgent) : -1;
      this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, waiting);
    });
  }

  async #begin<T>(work: () => Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      this.#waiting.shift()?.start();
    }
  }
}
