import type { ServedRequest } from './served-request.ts';

export interface Ending {
  readonly request: ServedRequest;
  /** Null for a completed one. */
  readonly error: string | null;
  readonly atMs: number;
}

/** Kept and filled again: a run says millions of them. */
class Words {
  /** Their decode side asks for the KV. */
  readonly wanted: ServedRequest[] = [];
  /** Their prefill side has the KV ready. */
  readonly ready: ServedRequest[] = [];
  readonly ended: Ending[] = [];

  get none(): boolean {
    return this.wanted.length === 0 && this.ready.length === 0 && this.ended.length === 0;
  }

  /** Setting a length is a slow way to drop an element or two. */
  clear(): void {
    while (this.wanted.length > 0) this.wanted.pop();
    while (this.ready.length > 0) this.ready.pop();
    while (this.ended.length > 0) this.ended.pop();
  }
}

/** What engines tell each other and the front end, kept until none of them is in the middle of anything. */
export class Wires {
  #now = new Words();
  #read = new Words();
  /** Something happened that may let a request out of the gateway's queue. */
  news = false;

  get quiet(): boolean {
    return this.#now.none;
  }

  wants(request: ServedRequest): void {
    this.#now.wanted.push(request);
  }

  isReady(request: ServedRequest): void {
    this.#now.ready.push(request);
  }

  end(ending: Ending): void {
    this.#now.ended.push(ending);
  }

  /** What has been said since the last call. It holds until the next one. */
  take(): Readonly<Words> {
    const taken = this.#now;
    this.#now = this.#read;
    this.#now.clear();
    this.#read = taken;
    return taken;
  }
}
