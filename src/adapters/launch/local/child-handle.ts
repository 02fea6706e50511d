import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { VoltanaError } from '../../../domain/errors.ts';
import { LastLines } from './last-lines.ts';

const KILL_AFTER_MS = 1000;
const KEPT_STDERR_LINES = 20;

export interface ChildOptions {
  /** How messages name it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Each line of stderr, as it comes. */
  readonly onLog?: ((line: string) => void) | undefined;
  /** What SIGTERM leaves it before SIGKILL; a second when left out. */
  readonly graceMs?: number | undefined;
}

const spawnChild = ({ command, args, graceMs = KILL_AFTER_MS }: ChildOptions) =>
  execa(command, [...args], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    forceKillAfterDelay: graceMs,
  });
type Subprocess = ReturnType<typeof spawnChild>;

const endingOf = ({ exitCode, signal, message }: Awaited<Subprocess>): string => {
  if (signal !== undefined) return `was ended by ${signal}`;
  return exitCode === undefined ? `did not start: ${message ?? 'unknown reason'}` : `ended with exit code ${exitCode}`;
};

/** A child process with its own three pipes: nothing of it reaches our terminal unasked. */
export class ChildHandle {
  readonly #name: string;
  readonly #process: Subprocess;
  readonly #stderr = new LastLines(KEPT_STDERR_LINES);
  /** The first line of stdout; null when it ends without one. */
  readonly firstLine: Promise<string | null>;
  /** Each line of stdout after that one. */
  onLine: (line: string) => void = () => undefined;
  /** Resolves when all that it has written on stdout has been read. */
  readonly closed: Promise<void>;
  /** Resolves when the process is gone, with an error that says how it ended. */
  readonly gone: Promise<VoltanaError>;

  constructor(options: ChildOptions) {
    this.#name = options.name;
    this.#process = spawnChild(options);
    createInterface({ input: this.#process.stderr }).on('line', (line) => {
      this.#stderr.push(line);
      options.onLog?.(line);
    });
    // Reading goes on after the first line, so that a talkative child never blocks on a full pipe.
    const stdout = createInterface({ input: this.#process.stdout });
    this.firstLine = new Promise((resolve) => stdout.once('line', resolve).once('close', () => resolve(null)));
    stdout.once('line', () => stdout.on('line', (line) => this.onLine(line)));
    this.closed = new Promise((resolve) => stdout.once('close', () => resolve()));
    this.gone = this.#process.then((result) => this.#failure(endingOf(result)));
    // A child that died while we wrote to it shows in `gone`.
    this.#process.stdin.on('error', () => undefined);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Stdin stays open afterwards: its closing tells the child that its parent is gone. */
  writeLine(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** SIGTERM, and SIGKILL after its grace. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.gone;
  }

  #failure(ending: string): VoltanaError {
    const log = this.#stderr.text();
    return new VoltanaError('PROCESS_FAILED', `${this.#name} ${ending}${log === '' ? '' : `; it last said:\n${log}`}`);
  }
}
