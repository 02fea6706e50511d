import type { WorkloadRequest } from '../domain/request.ts';

/** A schedule, read one request ahead. */
export class Arrivals {
  readonly #requests: Iterator<WorkloadRequest>;
  #next: WorkloadRequest | null = null;
  #lastMs = 0;

  constructor(schedule: Iterable<WorkloadRequest>) {
    this.#requests = schedule[Symbol.iterator]();
    this.#read();
  }

  /** Infinity when all have come. */
  get nextMs(): number {
    return this.#next?.arrivalMs ?? Infinity;
  }

  /** The last one that has come; 0 before any. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** @throws RangeError when the schedule does not ascend, or holds no time */
  take(): WorkloadRequest {
    const taken = this.#next!;
    this.#lastMs = taken.arrivalMs;
    this.#read();
    return taken;
  }

  #read(): void {
    const read = this.#requests.next();
    this.#next = read.done === true ? null : read.value;
    if (this.#next && !(this.#next.arrivalMs >= this.#lastMs && this.#next.arrivalMs < Infinity))
      throw new RangeError(`request ${this.#next.id} arrives at ${this.#next.arrivalMs} ms, after one of ${this.#lastMs} ms`);
  }
}
