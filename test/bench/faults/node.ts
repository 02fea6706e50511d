import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAgentCustodian, type AgentCustodian } from '../../../src/adapters/clocks/agent/custodian.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { fakeNvml, type FakeNvml } from '../../fixtures/nvml/fake-nvml.ts';

const RUN = new URL('../../../bin/run.js', import.meta.url).pathname;
/** For a look into the agent, such as --cpu-prof. */
const NODE_FLAGS = (process.env['VOLTANA_BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
/** Our own settings mean nothing to the agent. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VOLTANA_')));
const READY_WITHIN_MS = 30_000;
const SMALL_DISK_BYTES = 256 * 1024;

export interface NodeOptions {
  readonly gpus: number;
  /** Mounts a small file system for the state, which can be filled. */
  readonly smallDisk: boolean;
  readonly settings?: object;
  /** How long the driver's calls last. */
  readonly settingUs?: number;
  readonly readUs?: number;
}

/** One machine: a fake driver, and the real agent over it as a process of its own, started again whenever it dies. */
export class BenchNode {
  readonly gpus: FakeNvml;
  readonly socket: string;
  readonly agent: AgentCustodian;
  readonly #folder: string;
  readonly #state: string;
  readonly #smallDisk: boolean;
  #child: ChildProcess | null = null;
  #said = '';
  #stopping = false;

  constructor({ gpus, smallDisk, settings = {}, settingUs = 4000, readUs = 20 }: NodeOptions) {
    this.gpus = fakeNvml({ gpus, settingUs, readUs });
    this.#folder = mkdtempSync(join(tmpdir(), 'voltana-node-'));
    this.#state = join(this.#folder, 'state');
    this.socket = join(this.#folder, 'agent.sock');
    mkdirSync(this.#state, { mode: 0o700 });
    this.#smallDisk =
      smallDisk && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_BYTES},mode=700`, 'tmpfs', this.#state]).status === 0;
    const config = {
      schemaVersion: 1,
      kind: 'agent',
      node: 'bench',
      listen: { socket: { path: this.socket } },
      families: ['nvml'],
      stateDir: this.#state,
      auditFile: join(this.#folder, 'audit.jsonl'),
      nvmlLibrary: this.gpus.library,
      ...settings,
    };
    writeFileSync(join(this.#folder, 'agent.json'), JSON.stringify(config), { mode: 0o600 });
    this.agent = createAgentCustodian({ address: `unix:${this.socket}`, time: realTime() });
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Whether its disk can be filled. */
  get fillable(): boolean {
    return this.#smallDisk;
  }

  async start(): Promise<void> {
    this.#spawn();
    for (const untilMs = Date.now() + READY_WITHIN_MS; ; await sleep(50)) {
      const answered = await this.agent.status().catch((error: unknown) => error as Error);
      if (!(answered instanceof Error)) return;
      if (Date.now() > untilMs) throw new Error(`the agent does not answer: ${answered.message}\n${this.#said}`);
    }
  }

  /** It is there again as soon as a service manager would have started it. */
  kill(): void {
    this.#child!.kill('SIGKILL');
  }

  /** Not a byte more fits. */
  fill(): void {
    const file = openSync(join(this.#state, 'filler'), 'w');
    try {
      for (;;) writeSync(file, Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(join(this.#state, 'filler'), { force: true });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const ended = new Promise((resolve) => this.#child!.once('exit', resolve));
    this.#child!.kill('SIGTERM');
    await ended;
    await this.agent.close();
    if (this.#smallDisk) spawnSync('umount', [this.#state]);
    rmSync(this.#folder, { recursive: true, force: true });
    this.gpus.close();
  }

  #spawn(): void {
    const child = spawn(process.execPath, [...NODE_FLAGS, RUN, 'agent', '--config', join(this.#folder, 'agent.json')], {
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-4000)));
    child.once('exit', () => {
      if (!this.#stopping) this.#spawn();
    });
  }
}
