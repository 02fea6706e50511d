import type { Socket } from 'node:net';

/** Who is at the other end of a Unix socket, as the kernel tells. */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** What Node does not offer of the C library. */
export interface Libc {
  /** Null where the kernel does not tell. */
  peerOf(socket: Socket): Peer | null;
  /** Takes a lock that the kernel gives back however we end. False while another process has it. */
  lockFile(fd: number): boolean;
  /** Ends the process at once, whatever its threads do. */
  exit(code: number): void;
}

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const UCRED_BYTES = 12;
const LOCK_EX = 2;
const LOCK_NB = 4;

type Foreign = (...args: unknown[]) => number;

/** Node keeps the descriptor in its handle; it is -1 once the socket is closed. */
const fdOf = (socket: Socket): number => (socket as unknown as { readonly _handle?: { readonly fd?: number } })._handle?.fd ?? -1;

const bind = (getsockopt: Foreign, flock: Foreign, exit: Foreign): Libc => ({
  peerOf(socket) {
    const fd = fdOf(socket);
    if (fd < 0) return null;
    const ucred = Buffer.alloc(UCRED_BYTES);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(UCRED_BYTES);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ucred, length) !== 0) return null;
    return { pid: ucred.readInt32LE(0), uid: ucred.readUInt32LE(4), gid: ucred.readUInt32LE(8) };
  },
  lockFile: (fd) => flock(fd, LOCK_EX | LOCK_NB) === 0,
  exit: (code) => void exit(code),
});

/** Null where there is none to be had: not on Linux, or without koffi. */
export const loadLibc = async (): Promise<Libc | null> => {
  if (process.platform !== 'linux') return null;
  try {
    const { default: koffi } = await import('koffi');
    const own = koffi.load(null);
    return bind(
      own.func('int getsockopt(int fd, int level, int name, void *value, void *length)') as Foreign,
      own.func('int flock(int fd, int operation)') as Foreign,
      own.func('void _exit(int status)') as Foreign,
    );
  } catch {
    return null;
  }
};
