import type { Time } from '../../../ports/time.ts';
import type { TokensSaid, Up } from './wire.ts';

/** Tokens wait this long for others, so that a chunk costs no message of its own. */
const TOKENS_WAIT_MS = 4;

/**
 * What a worker has to say, in order. Tokens of a request join those that wait already, unless something else was said
 * of it since. All else goes out before the event loop looks for new input.
 */
export class Outbox {
  readonly #send: (messages: readonly Up[]) => void;
  readonly #time: Time;
  #queue: Up[] = [];
  readonly #tokens = new Map<string, TokensSaid>();
  #urgent: NodeJS.Immediate | null = null;
  #cancelWait: (() => void) | null = null;

  constructor(send: (messages: readonly Up[]) => void, time: Time) {
    this.#send = send;
    this.#time = time;
  }

  /** @param about the request that it is about: its tokens of before must not pass it */
  say(message: Up, about: string | null = null): void {
    if (about !== null) this.#tokens.delete(about);
    this.#queue.push(message);
    this.hurry();
  }

  /** The message that takes a request's tokens now. */
  tokens(id: string): TokensSaid {
    const known = this.#tokens.get(id);
    if (known !== undefined) return known;
    const said: TokensSaid = ['tokens', id, 0, []];
    this.#tokens.set(id, said);
    this.#queue.push(said);
    this.#cancelWait ??= this.#time.at(this.#time.nowMs() + TOKENS_WAIT_MS, () => this.flush());
    return said;
  }

  hurry(): void {
    this.#urgent ??= setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#urgent !== null) clearImmediate(this.#urgent);
    this.#cancelWait?.();
    this.#urgent = this.#cancelWait = null;
    if (this.#queue.length === 0) return;
    const messages = this.#queue;
    this.#queue = [];
    this.#tokens.clear();
    this.#send(messages);
  }
}
