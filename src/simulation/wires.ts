import type { ServedRequest } from './served-request.ts';

export interface Ending {
  readonly request: ServedRequest;
  /** Null for a completed one. */
  readonly error: string | null;
  readonly atMs: number;
}

/** What engines tell each other and the front end, kept until none of them is in the middle of anything. */
export class Wires {
  /** Their decode side asks for the KV. */
  wanted: ServedRequest[] = [];
  /** Their prefill side has the KV ready. */
  ready: ServedRequest[] = [];
  ended: Ending[] = [];
  /** Something happened that may let a request out of the gateway's queue. */
  news = false;

  get quiet(): boolean {
    return this.wanted.length === 0 && this.ready.length === 0 && this.ended.length === 0;
  }
}
