import { Agent } from 'undici';

/** Where a decode instance asks for KV. */
export interface KvAddress {
  readonly host: string;
  readonly port: number;
}

export interface KvQuestion {
  readonly from: KvAddress;
  readonly key: string;
  /** Whatever the prefill side checks. */
  readonly asked: Readonly<Record<string, unknown>>;
}

/** Told how a fetch ended, unless it was abandoned. */
export interface KvOutcome {
  kvArrived(): void;
  kvFailed(reason: string): void;
}

const CONNECT_TIMEOUT_MS = 2000;

const reasonIn = (body: unknown, status: number): string => {
  const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' ? message : `the prefill peer answered ${status}`;
};

const originOf = ({ host, port }: KvAddress): string =>
  `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;

/** The decode side of the handshake: asks a prefill's KV port for a request's KV and waits as long as it takes. */
export class KvFetcher {
  readonly #open = new Map<string, AbortController>();
  // The machine's own timeout bounds the wait, so HTTP's are off.
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } });

  /** @param leg whose fetch it is, for `abandon` */
  async fetch(leg: string, question: KvQuestion, outcome: KvOutcome): Promise<void> {
    const controller = new AbortController();
    this.#open.set(leg, controller);
    const failure = await this.#ask(question, controller.signal);
    if (controller.signal.aborted) return;
    this.#open.delete(leg);
    if (failure === null) outcome.kvArrived();
    else outcome.kvFailed(failure);
  }

  /** Tells the prefill side that its KV is still wanted. What comes of it shows when it is fetched. */
  async renew({ from, key }: KvQuestion): Promise<void> {
    try {
      const path = `/rooms/${encodeURIComponent(key)}/lease`;
      const { body } = await this.#agent.request({ origin: originOf(from), path, method: 'POST' });
      await body.dump();
    } catch {
      // Whoever cannot be reached now has another chance at the next beat.
    }
  }

  /** Closes the connection: the prefill side learns that its peer is gone. */
  abandon(leg: string): void {
    this.#open.get(leg)?.abort();
    this.#open.delete(leg);
  }

  close(): Promise<void> {
    for (const leg of [...this.#open.keys()]) this.abandon(leg);
    return this.#agent.destroy();
  }

  /** @returns null when the KV is there, why not otherwise */
  async #ask({ from, key, asked }: KvQuestion, signal: AbortSignal): Promise<string | null> {
    try {
      const { statusCode, body } = await this.#agent.request({
        origin: originOf(from),
        path: `/rooms/${encodeURIComponent(key)}`,
        method: 'POST',
        body: JSON.stringify(asked),
        signal,
      });
      const answer = await body.json();
      return statusCode === 200 ? null : reasonIn(answer, statusCode);
    } catch (error) {
      return `the prefill peer at ${from.host}:${from.port} cannot be reached: ${(error as Error).message}`;
    }
  }
}
