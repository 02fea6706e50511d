import cluster, { type Worker } from 'node:cluster';
import type { WireStream } from './wire.ts';

/** Which file descriptor of a worker is the pipe to its control process; those below are stdio and node's own channel. */
export const WIRE_FD = 4;

export interface WorkerProcess {
  readonly pid: number;
  /** The pipe to it. */
  readonly stream: WireStream;
  /** Resolves with how it ended. */
  readonly gone: Promise<string>;
  kill(): void;
}

const endingOf = (code: number | null, signal: string | null): string =>
  signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;

const goneOf = (worker: Worker): Promise<string> =>
  new Promise((resolve) => {
    worker.process.once('exit', (code, signal) => resolve(endingOf(code, signal)));
    worker.process.once('error', (error) => resolve(`did not start: ${error.message}`));
  });

/**
 * Starts a process that shares our listening ports.
 * @param args of node, the script last
 */
export const forkWorker = (args: readonly string[]): WorkerProcess => {
  // Each worker takes its connections from the kernel by itself: one handed on by us would be lost with a worker that dies just then.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({
    exec: args.at(-1)!,
    execArgv: args.slice(0, -1),
    args: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
  });
  const worker = cluster.fork();
  // A worker that is gone shows in `gone`.
  worker.on('error', () => undefined);
  return {
    pid: worker.process.pid ?? 0,
    stream: worker.process.stdio[WIRE_FD] as WireStream,
    gone: goneOf(worker),
    kill: () => void worker.process.kill('SIGKILL'),
  };
};
