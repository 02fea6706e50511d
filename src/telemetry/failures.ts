import type { RunRecord } from '../domain/run-record.ts';

/** More kinds than these say nothing that the first ones do not. */
const MOST_KINDS = 8;
const OTHERS = 'other reasons';

/** Numbers in a message tell requests apart, not reasons. */
const kindOf = (error: string): string => error.replace(/\d+(\.\d+)?/g, '#');

/** Why requests failed, by kind. */
export class FailureTally {
  readonly #kinds = new Map<string, { readonly reason: string; count: number }>();

  add(error: string): void {
    const kind = this.#kinds.has(kindOf(error)) || this.#kinds.size < MOST_KINDS ? kindOf(error) : OTHERS;
    const known = this.#kinds.get(kind);
    if (known) known.count++;
    else this.#kinds.set(kind, { reason: kind === OTHERS ? OTHERS : error, count: 1 });
  }

  /** The most frequent first, each with the words of its first one; left out where nothing failed. */
  failures(): Pick<RunRecord, 'failures'> {
    if (this.#kinds.size === 0) return {};
    return { failures: [...this.#kinds.values()].map((kind) => ({ ...kind })).sort((a, b) => b.count - a.count) };
  }
}
