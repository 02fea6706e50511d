import { buildConnector, Client } from 'undici';

/** How an https endpoint proves who it is. */
export interface TlsOptions {
  /** Certificates in PEM to trust in place of the system's. */
  readonly ca?: string | undefined;
  /** Takes any certificate. */
  readonly insecure?: boolean | undefined;
}

const CLIENT_OPTIONS = {
  pipelining: 1,
  // Well below what servers keep idle connections for: reusing one just as the server closes it would fail a request.
  keepAliveTimeout: 1000,
  keepAliveMaxTimeout: 1000,
  // A slow answer is a result. The drain limit ends it, not the HTTP client.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const;

/**
 * As many connections as there are open requests, one request on each: nothing queues in the client. A pool of undici's looks
 * through all its connections for each request; here the one that was free last is at hand, and is the warmest.
 */
export class Connections {
  readonly #origin: string;
  readonly #connect: buildConnector.connector;
  readonly #free: Client[] = [];
  readonly #all = new Set<Client>();

  constructor(origin: string, { ca, insecure = false }: TlsOptions) {
    this.#origin = origin;
    this.#connect = buildConnector({ rejectUnauthorized: !insecure, ...(ca === undefined ? {} : { ca }) });
  }

  take(): Client {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const client = new Client(this.#origin, { ...CLIENT_OPTIONS, connect: this.#connect });
    this.#all.add(client);
    return client;
  }

  /** @param reusable false: it is closed */
  give(client: Client, reusable: boolean): void {
    if (reusable) this.#free.push(client);
    else void client.destroy().then(() => this.#all.delete(client));
  }

  /** Closes them all, those in use too. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((client) => client.destroy()));
  }
}
