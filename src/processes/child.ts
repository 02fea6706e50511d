import { createInterface } from 'node:readline';
import { exitWithParent } from '../adapters/host/exit-with-parent.ts';
import { VoltanaError } from '../domain/errors.ts';
import { parseSpecLine } from './spec-line.ts';

/** What a child process does for its parent: named on its ready line, and ended by `close`. */
export interface Service {
  readonly ready: object;
  /** What the parent is answered when it asks. */
  asked?(): object | Promise<object>;
  /** A further line of the parent's that is no question. */
  told?(line: object): void;
  /** @returns what the parent should hear of last, on a line of its own */
  close(): Promise<object | void>;
}

const say = (line: object): Promise<void> => new Promise((resolve) => process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve()));

const refusal = (error: unknown): object => {
  const { code, message, hint } = error instanceof VoltanaError ? error : new VoltanaError('BUG', String(error));
  return { ready: false, code, message, hint };
};

const start = async (serve: (spec: unknown) => Promise<Service>, line: string): Promise<Service | null> => {
  try {
    return await serve(parseSpecLine(line));
  } catch (error) {
    await say(refusal(error));
    return null;
  }
};

/**
 * The life of a child: one line of JSON on stdin says what to be, one on stdout that it is ready (or why not); further
 * lines on stdin are for its service. It lives until its stdin closes, which happens however the parent dies, or until SIGTERM. SIGINT is left to the parent,
 * who gets the same Ctrl-C and ends its children in order.
 */
export const runChild = async (serve: (spec: unknown) => Promise<Service>): Promise<void> => {
  let service: Service | null = null;
  const end = async (): Promise<never> => {
    const last = await service?.close();
    if (last !== undefined) await say({ ended: true, ...last });
    process.exit(0);
  };
  process.on('SIGINT', () => undefined).on('SIGTERM', () => void end());
  process.stdout.on('error', () => process.exit(0));
  exitWithParent(() => process.exit(0));
  const lines = createInterface({ input: process.stdin });
  const spec = await new Promise<string>((resolve) => lines.once('line', resolve));
  service = await start(serve, spec);
  if (service === null) process.exit(1);
  const { told, asked } = service;
  const answer = async (question: unknown): Promise<void> => say({ answer: question, ...(await asked?.()) });
  const hear = (line: object): void => {
    if ('ask' in line) void answer(line.ask);
    else told?.(line);
  };
  lines.on('line', (line) => hear(parseSpecLine(line)));
  await say({ ready: true, ...service.ready });
};
