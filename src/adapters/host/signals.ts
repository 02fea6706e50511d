import { VoltanaError } from '../../domain/errors.ts';
import { EXIT } from '../../domain/exit-codes.ts';

/** Ctrl-C reaches us from the terminal and again from npm, which passes it on: that is one wish, not two. */
const SAME_WISH_MS = 500;

export interface Signals {
  /** Aborts with the VoltanaError that says how the run ends. */
  readonly signal: AbortSignal;
  /** Gives the signals and streams back to their defaults. */
  stop(): void;
}

/** SIGUSR2: somebody wants the configuration to be read again. @returns stops listening */
export const onReload = (ask: () => void): (() => void) => {
  process.on('SIGUSR2', ask);
  return () => void process.off('SIGUSR2', ask);
};

/** EIO is what a terminal that went away answers. */
const CLOSED = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

/** First Ctrl-C: end cleanly. A later one: end now, the children follow because their stdin closes. */
const interruptHandler = (abort: (reason: VoltanaError) => void): (() => void) => {
  let firstAtMs: number | null = null;
  return () => {
    const nowMs = performance.now();
    if (firstAtMs !== null && nowMs - firstAtMs > SAME_WISH_MS) process.exit(EXIT.interrupted);
    firstAtMs ??= nowMs;
    abort(new VoltanaError('INTERRUPTED', 'Interrupted.'));
  };
};

/**
 * Turns what may end a run from outside into one AbortSignal: SIGINT -> INTERRUPTED, SIGTERM and SIGHUP ->
 * TERMINATED, a closed stdout or stderr -> OUTPUT_CLOSED, one that is full -> FILE_UNWRITABLE. The first one counts.
 */
export const onSignals = (): Signals => {
  const controller = new AbortController();
  const abort = (reason: VoltanaError): void => controller.abort(reason);
  const interrupt = interruptHandler(abort);
  const terminate = (): void => abort(new VoltanaError('TERMINATED', 'Terminated.'));
  const closed = (error: NodeJS.ErrnoException): void => {
    if (CLOSED.includes(error.code ?? ''))
      return abort(new VoltanaError('OUTPUT_CLOSED', 'Nobody reads the output any more.', { cause: error }));
    abort(new VoltanaError('FILE_UNWRITABLE', `Cannot write to the output: ${error.message}.`, { cause: error }));
  };
  const streams = [process.stdout, process.stderr];
  process.on('SIGINT', interrupt).on('SIGTERM', terminate).on('SIGHUP', terminate);
  for (const stream of streams) stream.on('error', closed);
  const stop = (): void => {
    process.off('SIGINT', interrupt).off('SIGTERM', terminate).off('SIGHUP', terminate);
    for (const stream of streams) stream.off('error', closed);
  };
  return { signal: controller.signal, stop };
};
