import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { VoltanaError } from '../../../domain/errors.ts';
import { LastLines } from '../local/last-lines.ts';
import { explainEnding, type Ending } from './ending.ts';

const KEPT_LINES = 20;
const SIGN_OF_LIFE_MS = 5000;
/** What the node needs for its last steps, and a connection to close, after the grace of the engine. */
const STOP_MARGIN_MS = 10_000;
const OWN_WORD = /^voltana:([\w-]+) ?(.*)$/;

export interface NodeEngineOptions {
  readonly id: string;
  readonly where: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** What its stdin gets first. */
  readonly input: string;
  readonly graceS: number;
  /** Whether somebody there waits for signs of life. */
  readonly beats: boolean;
  readonly onLog?: ((line: string) => void) | undefined;
  /** What it says for how it ended. */
  readonly explain: Pick<Ending, 'install' | 'broken'>;
}

const spawn = ([program, ...args]: NodeEngineOptions['command']) =>
  // In a session of its own: a Ctrl-C is for us, who end it in order.
  execa(program, args, { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe', buffer: false, reject: false, detached: true, cleanup: false });

/** An engine on its node, at the other end of a transport. It lives no longer than our end of its stdin. */
export class NodeEngine {
  readonly id: string;
  /** Resolves with the node's own name when the engine has been started there. */
  readonly started: Promise<string>;
  /** Resolves when engine and transport are gone, with an error that says how they ended. */
  readonly gone: Promise<VoltanaError>;
  readonly #process: ReturnType<typeof spawn>;
  readonly #lines = new LastLines(KEPT_LINES);
  readonly #words = new Map<string, string>();
  readonly #options: NodeEngineOptions;
  readonly #beat: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | null = null;

  constructor(options: NodeEngineOptions) {
    this.id = options.id;
    this.#options = options;
    this.#process = spawn(options.command);
    this.started = new Promise((resolve) => this.#listen(resolve));
    this.#process.stdin.on('error', () => undefined);
    this.#process.stdin.write(options.input);
    if (options.beats) this.#beat = setInterval(() => void this.#process.stdin.write('\n'), SIGN_OF_LIFE_MS).unref();
    this.gone = this.#process.then(({ exitCode, signal, code }) => {
      clearInterval(this.#beat);
      const { id, where, explain } = options;
      const ending = { exitCode, signal, code, words: this.#words, lines: this.#lines.text() };
      return explainEnding({ id, where, program: options.command[0], ...explain, ...ending });
    });
  }

  /** Resolves with the reason when it ends and nobody stopped it; never otherwise. */
  get failed(): Promise<Error> {
    return new Promise((resolve) => void this.gone.then((error) => this.#stopping ?? resolve(error)));
  }

  /** Resolves when nothing of it runs any more. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** What went wrong while it ran, with what it said until then. */
  withLastLines(error: unknown): unknown {
    const lines = this.#lines.text();
    if (!(error instanceof VoltanaError) || lines === '' || error.message.includes(lines)) return error;
    const { code, message, hint } = error;
    return new VoltanaError(code, `${message}; ${this.id} last said:\n${lines}`, { hint, cause: error });
  }

  async #stop(): Promise<void> {
    this.#process.stdin.end();
    const limit = setTimeout(() => this.#process.kill('SIGKILL'), this.#options.graceS * 1000 + STOP_MARGIN_MS);
    await this.gone;
    clearTimeout(limit);
  }

  #listen(onHost: (host: string) => void): void {
    const keep = (line: string): void => {
      this.#lines.push(line);
      this.#options.onLog?.(line);
    };
    createInterface({ input: this.#process.stdout }).on('line', keep);
    createInterface({ input: this.#process.stderr }).on('line', (line) => {
      const [, word, rest = ''] = OWN_WORD.exec(line) ?? [];
      if (word === undefined) return keep(line);
      this.#words.set(word, rest);
      if (word === 'host') onHost(rest);
    });
  }
}
