/** Ports of the scripted engine, two of each role. */
export interface Engines {
  readonly prefill: readonly number[];
  readonly decode: readonly number[];
}

export interface Peer {
  readonly name: string;
  readonly port: number;
  /** Whose processor time counts. */
  readonly pids: readonly number[];
  /** Sends a request to a prefill and a decode engine. */
  readonly pairs: boolean;
  /** Bytes of a heap after a collection; null where nobody can ask. */
  collect?(): Promise<{ readonly residentBytes: number; readonly heapBytes: number }>;
  stop(): Promise<void>;
}

export const url = (port: number): string => `http://127.0.0.1:${port}`;
