import { Agent } from 'undici';
import type { BootstrapAddress } from './completion-request.ts';

/** Told how each fetch ended. */
export interface KvOutcome {
  arrived(room: number): void;
  failed(room: number, reason: string): void;
}

const CONNECT_TIMEOUT_MS = 2000;

const reasonIn = (body: unknown, status: number): string => {
  const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' ? message : `the prefill peer answered ${status}`;
};

/** The decode side of the handshake: asks a prefill's bootstrap port for a room's KV and waits as long as it takes. */
export class KvFetcher {
  readonly #outcome: KvOutcome;
  readonly #open = new Map<number, AbortController>();
  // The machine's own timeout bounds the wait, so HTTP's are off.
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } });

  constructor(outcome: KvOutcome) {
    this.#outcome = outcome;
  }

  async fetch(room: number, from: BootstrapAddress): Promise<void> {
    const controller = new AbortController();
    this.#open.set(room, controller);
    const failure = await this.#ask(room, from, controller.signal);
    if (controller.signal.aborted) return;
    this.#open.delete(room);
    if (failure === null) this.#outcome.arrived(room);
    else this.#outcome.failed(room, failure);
  }

  /** Closes the connection: the prefill side learns that its peer is gone. */
  abandon(room: number): void {
    this.#open.get(room)?.abort();
    this.#open.delete(room);
  }

  close(): Promise<void> {
    for (const room of [...this.#open.keys()]) this.abandon(room);
    return this.#agent.destroy();
  }

  /** @returns null when the KV is there, why not otherwise */
  async #ask(room: number, { host, port }: BootstrapAddress, signal: AbortSignal): Promise<string | null> {
    try {
      const { statusCode, body } = await this.#agent.request({
        origin: `http://${host}:${port}`,
        path: `/rooms/${room}`,
        method: 'POST',
        signal,
      });
      const answer = await body.json();
      return statusCode === 200 ? null : reasonIn(answer, statusCode);
    } catch (error) {
      return `the prefill peer at ${host}:${port} cannot be reached: ${(error as Error).message}`;
    }
  }
}
