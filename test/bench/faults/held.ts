import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { BenchNode } from './node.ts';
import { Proxy } from './proxy.ts';

export const TTL_MS = 5000;
export const HEARTBEAT_MS = 2000;
const LOCKED_MHZ = 1005;

type Line = { readonly held?: boolean; readonly lateLock?: string };

/** One GPU of a node, locked by a holder in a process of its own, behind a wire of its own. */
export class Held {
  readonly node: BenchNode;
  readonly gpu: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'voltana-held-'));
  readonly #child: ChildProcess;
  readonly #proxy: Proxy;
  readonly #lines: Line[] = [];
  #said = '';
  #heard = (): void => undefined;

  constructor(script: string, node: BenchNode, gpu: number) {
    this.node = node;
    this.gpu = gpu;
    const socket = join(this.#folder, 'wire.sock');
    this.#proxy = new Proxy(socket, node.socket);
    const args = [script, socket, `domain-${gpu}`, node.gpus.ids[gpu]!, LOCKED_MHZ, TTL_MS, HEARTBEAT_MS].map(String);
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-2000)));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#lines.push(JSON.parse(line) as Line);
      this.#heard();
    });
    this.#child.once('exit', () => this.#heard());
  }

  get locked(): boolean {
    return this.node.gpus.lockedMhz(this.gpu) !== null;
  }

  get wire(): Proxy {
    return this.#proxy;
  }

  /** What became of a command that came too late; null where none was given. */
  get lateLock(): string | null {
    return this.#lines.find(({ lateLock }) => lateLock !== undefined)?.lateLock ?? null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async holds(): Promise<void> {
    while (!this.#lines.some(({ held }) => held)) {
      if (this.#child.exitCode !== null) throw new Error(`a holder could not lock: ${this.#said}`);
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  end(): void {
    this.#child.kill('SIGKILL');
    this.#proxy.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
