import { connect, createServer, type Server, type Socket } from 'node:net';

/** A Unix socket in front of another: what is between a holder and its agent, and may fail. */
export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: 'passing' | 'silent' | 'closed' = 'passing';

  constructor(path: string, target: string) {
    this.#server = createServer((client) => this.#join(client, target)).listen(path);
  }

  /** Connections stay open, and nothing gets through any more. */
  partition(): void {
    this.#state = 'silent';
  }

  /** Every connection is gone, and no new one is taken. */
  cut(): void {
    this.#state = 'closed';
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(client: Socket, target: string): void {
    if (this.#state === 'closed') return void client.destroy();
    const agent = connect(target);
    for (const [from, to] of [
      [client, agent],
      [agent, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes) => void (this.#state === 'passing' && to.write(bytes)));
    }
  }
}
