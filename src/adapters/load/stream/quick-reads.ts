import { Socket, type OnReadOpts } from 'node:net';
import { buildConnector } from 'undici';

/** What is read at once, at most. Every socket reads into the same memory: what is in it is copied before anybody else reads. */
const MOST_BYTES = 65_536;
const SHARED = Buffer.allocUnsafeSlow(MOST_BYTES);

/** A socket whose reader takes a piece as it comes in. */
class Handover {
  readonly #socket: Socket;
  #piece: Buffer | null = null;
  #handing = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.read = (size) => this.#read(size);
  }

  /** @returns false: the socket is to stop reading */
  take(piece: Buffer): boolean {
    // What waits in the socket's own buffer comes first.
    if (this.#socket.readableLength > 0) return this.#socket.push(piece);
    this.#piece = piece;
    this.#handing = true;
    this.#socket.emit('readable');
    this.#handing = false;
    const left = this.#piece;
    this.#piece = null;
    return left === null || this.#socket.push(left);
  }

  #read(size?: number): unknown {
    const piece = this.#piece;
    if (piece === null) return this.#handing && this.#socket.readableLength === 0 ? null : Socket.prototype.read.call(this.#socket, size);
    this.#piece = null;
    return piece;
  }
}

const handovers = new WeakMap<Socket, Handover>();

const copyOf = (bytes: number): Buffer => {
  const piece = Buffer.allocUnsafe(bytes);
  SHARED.copy(piece, 0, 0, bytes);
  return piece;
};

const reads: OnReadOpts = {
  buffer: SHARED,
  callback(this: unknown, bytes: number) {
    const socket = this as Socket;
    const piece = copyOf(bytes);
    return handovers.get(socket)?.take(piece) ?? socket.push(piece);
  },
};

/**
 * Connects over plain TCP, and lets whoever reads the socket have each piece at once. Node gives every read 64 KiB of memory and takes
 * most of it back, and a stream tells its reader a turn later: for the hundred bytes of a token that is much.
 */
export const quickConnector = (): buildConnector.connector => {
  // Where to is said with each connection, though the type wants it here.
  const connect = buildConnector({ onread: reads } as buildConnector.BuildOptions);
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null) handovers.set(socket, new Handover(socket));
      callback(...result);
    });
};
