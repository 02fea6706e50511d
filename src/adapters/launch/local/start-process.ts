import { VoltanaError } from '../../../domain/errors.ts';
import { ChildHandle, type ChildOptions } from './child-handle.ts';
import { Conversation } from './conversation.ts';
import { readyFrom, type Ready } from './ready-line.ts';

export interface StartOptions extends Omit<ChildOptions, 'command'> {
  /** Default: the node that runs us. */
  readonly command?: string;
  /** What to be: one line of JSON on its stdin. */
  readonly spec: unknown;
  /** Stops the process while it starts; once it is ready, `stop` does. */
  readonly signal: AbortSignal;
  readonly readyTimeoutMs?: number | undefined;
}

export interface StartedProcess {
  readonly name: string;
  readonly pid: number;
  /** Its ready line. */
  readonly ready: Ready;
  /** Resolves with PROCESS_FAILED when it ends and nobody stopped it; never otherwise. */
  readonly failed: Promise<Error>;
  /** SIGTERM, SIGKILL after its grace; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
  readonly conversation: Conversation;
}

const READY_TIMEOUT_MS = 20_000;

/** Rejects when the signal aborts or the time is up. `cancel` releases both. */
const deadline = (name: string, signal: AbortSignal, timeoutMs: number): { passed: Promise<never>; cancel: () => void } => {
  const over = new AbortController();
  const passed = new Promise<never>((_resolve, reject) => {
    const late = (): void => reject(new VoltanaError('PROCESS_FAILED', `${name} was not ready within ${timeoutMs} ms`));
    const timer = setTimeout(late, timeoutMs);
    const aborted = (): void => reject(signal.reason as Error);
    over.signal.addEventListener('abort', () => clearTimeout(timer));
    signal.addEventListener('abort', aborted, { once: true, signal: over.signal });
  });
  // Lost races must not count as unhandled.
  passed.catch(() => undefined);
  return { passed, cancel: () => over.abort() };
};

const readyOf = async (child: ChildHandle, name: string): Promise<Ready> => {
  const line = await child.firstLine;
  if (line === null) throw await child.gone;
  return readyFrom(name, line);
};

const supervised = (name: string, child: ChildHandle, ready: Ready): StartedProcess => {
  let stopping: Promise<void> | null = null;
  const failed = new Promise<Error>((resolve) => {
    void child.gone.then((error) => stopping ?? resolve(error));
  });
  const stop = (): Promise<void> => (stopping ??= child.stop().then(() => child.closed));
  const conversation = new Conversation(name, (line) => child.writeLine(line));
  child.onLine = (line) => conversation.hear(line);
  void child.gone.then((error) => conversation.end(error));
  return { name, pid: child.pid ?? 0, ready, failed, stop, conversation };
};

/**
 * Starts a child that speaks the ready-line protocol of `src/processes` and waits until it is ready.
 * @throws VoltanaError PROCESS_FAILED, or what the child itself says (PORT_TAKEN ...), or the signal's reason; the process is gone then
 */
export const startProcess = async (options: StartOptions): Promise<StartedProcess> => {
  const { name, command = process.execPath, spec, signal, readyTimeoutMs = READY_TIMEOUT_MS } = options;
  signal.throwIfAborted();
  const child = new ChildHandle({ ...options, command });
  child.writeLine(JSON.stringify(spec));
  const { passed, cancel } = deadline(name, signal, readyTimeoutMs);
  try {
    return supervised(name, child, await Promise.race([readyOf(child, name), passed]));
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    cancel();
  }
};
