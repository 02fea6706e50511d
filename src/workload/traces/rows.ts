import type { WorkloadRequest } from '../../domain/request.ts';
import { requestId } from '../schedule.ts';

const FIRST_CAPACITY = 1024;

const grown = <T extends Float64Array | Uint32Array>(column: T): T => {
  const Column = column.constructor as new (length: number) => T;
  const larger = new Column(column.length * 2);
  larger.set(column);
  return larger;
};

/**
 * Requests in columns: 16 bytes each, and what their prefixes take, so that twenty million need a third of a gigabyte. They are
 * read ascending by arrival, whatever their order was; of equal times the one added first comes first.
 */
export class TraceRows implements Iterable<WorkloadRequest> {
  #atMs = new Float64Array(FIRST_CAPACITY);
  #promptTokens = new Uint32Array(FIRST_CAPACITY);
  #maxTokens = new Uint32Array(FIRST_CAPACITY);
  readonly #prefixes = new Map<number, readonly string[]>();
  #length = 0;
  #ascends = true;
  #order: Uint32Array | null = null;

  get length(): number {
    return this.#length;
  }

  add(atMs: number, promptTokens: number, maxTokens: number, prefix?: readonly string[]): void {
    const at = this.#length;
    if (at === this.#atMs.length) this.#grow();
    this.#atMs[at] = atMs;
    this.#promptTokens[at] = promptTokens;
    this.#maxTokens[at] = maxTokens;
    if (prefix !== undefined) this.#prefixes.set(at, prefix);
    this.#ascends &&= at === 0 || this.#atMs[at - 1]! <= atMs;
    this.#order = null;
    this.#length += 1;
  }

  /** Counts all times from the earliest. */
  fromEarliest(): void {
    const startMs = this.#length === 0 ? 0 : this.#atMs[this.#placeOf(0)]!;
    if (startMs !== 0) for (let i = 0; i < this.#length; i++) this.#atMs[i]! -= startMs;
  }

  *[Symbol.iterator](): Generator<WorkloadRequest, void, undefined> {
    for (let i = 0; i < this.#length; i++) {
      const at = this.#placeOf(i);
      const prefix = this.#prefixes.get(at);
      yield {
        id: requestId(i + 1),
        arrivalMs: this.#atMs[at]!,
        promptTokens: this.#promptTokens[at]!,
        maxTokens: this.#maxTokens[at]!,
        ...(prefix === undefined ? {} : { prefix }),
      };
    }
  }

  #placeOf(index: number): number {
    if (this.#ascends) return index;
    this.#order ??= Uint32Array.from({ length: this.#length }, (_, i) => i).sort((a, b) => this.#atMs[a]! - this.#atMs[b]! || a - b);
    return this.#order[index]!;
  }

  #grow(): void {
    this.#atMs = grown(this.#atMs);
    this.#promptTokens = grown(this.#promptTokens);
    this.#maxTokens = grown(this.#maxTokens);
  }
}
