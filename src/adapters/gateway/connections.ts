import { buildConnector, Client } from 'undici';

type Connect = ReturnType<typeof buildConnector>;

/** The connections to one origin, each for one leg at a time. The one that rested last goes first, so that the others can close. */
export class Connections {
  readonly #origin: string;
  readonly #connect: Connect;
  readonly #all = new Set<Client>();
  readonly #resting: Client[] = [];
  #destroyed = false;

  constructor(origin: string, connect: Connect) {
    this.#origin = origin;
    this.#connect = connect;
  }

  take(): Client {
    return this.#resting.pop() ?? this.#open();
  }

  /** The answer was read to its end: another leg may follow. */
  rest(client: Client): void {
    if (this.#all.has(client)) this.#resting.push(client);
  }

  /** The answer will not be read to its end. Closes it, also while it is being opened. */
  drop(client: Client, reason: Error): void {
    this.#all.delete(client);
    void client.destroy(reason);
  }

  /** Whatever is under way breaks, and whatever follows. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    const all = [...this.#all];
    this.#all.clear();
    this.#resting.length = 0;
    await Promise.all(all.map((client) => client.destroy()));
  }

  #open(): Client {
    // Silence is for the watchdog: it knows who is to blame, and that a slow client is not silence.
    const client = new Client(this.#origin, { headersTimeout: 0, bodyTimeout: 0, connect: this.#connect });
    this.#all.add(client);
    // Its engine closed it while it rested. One that was taken meanwhile connects anew.
    client.on('disconnect', () => {
      const at = this.#resting.indexOf(client);
      if (at === -1) return;
      this.#resting.splice(at, 1);
      this.#all.delete(client);
    });
    if (this.#destroyed) void this.destroy();
    return client;
  }
}

/**
 * Connections to all engines. undici's own pool looks for a free connection from the first to the last for every
 * request; here the free ones are a list, so that a leg costs the same however many streams are open.
 */
export class EngineConnections {
  readonly #connect: Connect;
  readonly #origins = new Map<string, Connections>();

  constructor(connectTimeoutMs: number) {
    this.#connect = buildConnector({ timeout: connectTimeoutMs });
  }

  /** @param origin of a URL, such as `http://10.0.0.1:30000` */
  to(origin: string): Connections {
    let connections = this.#origins.get(origin);
    if (connections === undefined) this.#origins.set(origin, (connections = new Connections(origin, this.#connect)));
    return connections;
  }

  /** Resolves when all are closed. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#origins.values()].map((connections) => connections.destroy()));
  }
}
