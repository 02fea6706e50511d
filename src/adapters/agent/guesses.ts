import { VoltanaError } from '../../domain/errors.ts';
import type { Caller } from './caller.ts';
import { Refusal } from './refusal.ts';

const MOST_WRONG = 10;
const WINDOW_MS = 10_000;
/** A flood from many addresses must not fill the memory. */
const MOST_ADDRESSES = 1024;

interface Wrong {
  readonly sinceMs: number;
  readonly count: number;
}

/** Counts wrong answers to "who are you" by address: after ten within ten seconds it looks at no further one for a while. */
export class Guesses {
  readonly #wrong = new Map<string, Wrong>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** @throws what `look` throws, or Refusal 429 */
  guard(address: string, look: () => Caller): Caller {
    const wrong = this.#recent(address);
    if (wrong.count >= MOST_WRONG) {
      const message = `too many wrong tokens from ${address}`;
      throw new Refusal(429, new VoltanaError('AGENT_BUSY', message), { 'retry-after': String(WINDOW_MS / 1000) });
    }
    try {
      return look();
    } catch (error) {
      this.#note(address, wrong);
      throw error;
    }
  }

  #recent(address: string): Wrong {
    const nowMs = this.#nowMs();
    const wrong = this.#wrong.get(address);
    return wrong !== undefined && nowMs - wrong.sinceMs < WINDOW_MS ? wrong : { sinceMs: nowMs, count: 0 };
  }

  #note(address: string, { sinceMs, count }: Wrong): void {
    if (this.#wrong.size >= MOST_ADDRESSES && !this.#wrong.has(address)) this.#wrong.delete(this.#wrong.keys().next().value!);
    this.#wrong.set(address, { sinceMs, count: count + 1 });
  }
}
