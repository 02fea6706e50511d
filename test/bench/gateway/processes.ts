import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;
const STOP_MS = 3000;

/** User and system time of all its threads. Fields after the name, which may hold blanks. */
export const cpuS = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
};

export const residentBytes = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;

export class Started {
  readonly child: ChildProcess;
  readonly #lines: Interface;
  #stderr = '';

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#stderr = (this.#stderr + text).slice(-4000)));
    this.#lines = createInterface({ input: this.child.stdout! });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** What it said last on stderr. */
  get stderr(): string {
    return this.#stderr;
  }

  send(value: unknown): void {
    this.child.stdin!.write(`${JSON.stringify(value)}\n`);
  }

  /** The next line of its stdout, as JSON. */
  async line<T>(): Promise<T> {
    return JSON.parse(await this.#next(() => true)) as T;
  }

  /** The next document of its stdout, written over many lines: a brace of its own ends it. */
  async document<T>(): Promise<T> {
    return JSON.parse(await this.#next((line) => line === '}')) as T;
  }

  /** @param isLast of the lines asked for */
  #next(isLast: (line: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const lines: string[] = [];
      const gone = (): void => reject(new Error(`${this.child.spawnargs.join(' ').slice(0, 200)} ended: ${this.#stderr}`));
      const take = (line: string): void => {
        lines.push(line);
        if (!isLast(line)) return;
        this.child.off('exit', gone);
        this.#lines.off('line', take);
        resolve(lines.join('\n'));
      };
      this.child.once('exit', gone);
      this.#lines.on('line', take);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(timer);
  }
}

/** One of our own scripts in TypeScript. */
export const startScript = (name: string, args: readonly string[] = []): Started =>
  new Started(process.execPath, ['--import=tsx', new URL(name, import.meta.url).pathname, ...args]);

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** @throws Error when nobody listens there in time */
export const untilListening = async (port: number, who: string, withinMs = 30_000): Promise<void> => {
  for (const untilMs = Date.now() + withinMs; Date.now() < untilMs; await sleep(50)) if (await answers(port)) return;
  throw new Error(`${who} did not begin to listen`);
};
