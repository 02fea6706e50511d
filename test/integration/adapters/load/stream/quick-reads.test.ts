import { expect } from 'chai';
import fc from 'fast-check';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { quickConnector } from '../../../../../src/adapters/load/stream/quick-reads.ts';

const connect = quickConnector();

/** Sends the pieces, each of them in a turn of its own, and ends. */
const serverOf = async (pieces: readonly Buffer[]): Promise<Server> => {
  const server = createServer((socket) => {
    const [...left] = pieces;
    const next = (): void => {
      const piece = left.shift();
      if (piece === undefined) return void socket.end();
      socket.write(piece, () => setImmediate(next));
    };
    next();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const socketTo = (server: Server): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const options = { protocol: 'http:', hostname: '127.0.0.1', port: String(port) };
    connect(options, (error, socket) => (error === null ? resolve(socket) : reject(error)));
  });

/** Takes all there is, as undici does. @param isDeaf a reader may leave a piece lying, and come back for it */
const readAll = async (socket: Socket, isDeaf: () => boolean): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  const take = (): void => {
    for (let piece = socket.read() as Buffer | null; piece !== null; piece = socket.read() as Buffer | null) pieces.push(piece);
  };
  socket.on('readable', () => (isDeaf() ? setTimeout(take, 1) : take()));
  await once(socket, 'end');
  return Buffer.concat(pieces);
};

const flowing = async (socket: Socket): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await once(socket, 'end');
  return Buffer.concat(pieces);
};

type Read = (socket: Socket) => Promise<Buffer>;

const received = async (pieces: readonly Buffer[], read: Read): Promise<Buffer> => {
  const server = await serverOf(pieces);
  const socket = await socketTo(server);
  try {
    return await read(socket);
  } finally {
    socket.destroy();
    server.close();
  }
};

const LENGTHS = fc.array(fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 60_000, max: 200_000 })), {
  minLength: 1,
  maxLength: 12,
});
/** No two places look alike, so that nothing can be lost, doubled or swapped unseen. */
const piecesOf = (lengths: readonly number[]): Buffer[] => {
  let at = 0;
  return lengths.map((length) => Buffer.from(Uint32Array.from({ length: Math.ceil(length / 4) }, () => at++).buffer).subarray(0, length));
};

describe('quick reads of a socket', () => {
  const all = (lengths: fc.Arbitrary<number[]>, readerOf: (deaf: readonly boolean[]) => Read): Promise<void> =>
    fc.assert(
      fc.asyncProperty(lengths, fc.array(fc.boolean(), { minLength: 1 }), async (some, deaf) => {
        const pieces = piecesOf(some);
        const got = await received(pieces, readerOf(deaf));
        expect(got.equals(Buffer.concat(pieces))).equal(true);
      }),
      { numRuns: 25 },
    );

  it('give a reader every byte, in order', () => all(LENGTHS, () => (socket) => readAll(socket, () => false)));

  it('keep what a reader leaves lying', () =>
    all(LENGTHS, (deaf) => {
      let turn = 0;
      return (socket) => readAll(socket, () => deaf[turn++ % deaf.length]!);
    }));

  it('serve whoever lets a socket flow', () => all(LENGTHS, () => flowing));

  it('hand a piece over as it comes, not a turn later', async () => {
    const server = await serverOf([Buffer.from('one piece')]);
    const socket = await socketTo(server);
    const seen: number[] = [];
    const took = new Promise<Buffer>((resolve) => {
      socket.on('readable', () => {
        seen.push(socket.readableLength);
        const piece = socket.read() as Buffer | null;
        if (piece !== null) resolve(piece);
      });
    });
    expect((await took).toString()).equal('one piece');
    // It never lay in the stream's own buffer.
    expect(seen[0]).equal(0);
    socket.destroy();
    server.close();
  });
});
