import { kvBytesPerToken, kvCapacityTokens, type Device } from '../prediction/analytic/device.ts';
import { prefillWork, type IterationWork, type PromptChunk } from '../prediction/analytic/work.ts';
import { KvPool, kvTransferMs } from './kv-pool.ts';
import { EventLog, type Scheduler } from './scheduler.ts';
import type { EmulatedRequest, EngineEvent, InstanceLoad } from './types.ts';

interface Prompt {
  readonly request: EmulatedRequest;
  doneTokens: number;
  /** Tokens of the running iteration. */
  chunkTokens: number;
  /** The rendezvous must have happened, or the hand-over is over, by then. */
  timerMs: number;
  state: 'waiting-peer' | 'queued' | 'handing-over';
}

/**
 * Prefill role: a request waits for its decode peer, then for KV room, is computed in chunks together with
 * others, and keeps its KV until the peer has taken it. First in, first out.
 */
export class PrefillScheduler implements Scheduler {
  readonly #device: Device;
  readonly #pool: KvPool;
  readonly #prompts = new Map<string, Prompt>();
  readonly #idByRoom = new Map<number, string>();
  /** Peers that came before their request. */
  readonly #earlyPeers = new Set<number>();
  readonly #log = new EventLog();
  #batch: Prompt[] = [];

  constructor(device: Device) {
    this.#device = device;
    this.#pool = new KvPool(kvCapacityTokens(device.gpu, device.model, device.engine, device.tp));
  }

  submit(request: EmulatedRequest, nowMs: number): void {
    if (request.promptTokens > this.#pool.capacityTokens) {
      this.#fail(request.id, `prompt of ${request.promptTokens} tokens exceeds the KV room of ${this.#pool.capacityTokens}`, nowMs);
      return;
    }
    const met = request.room === 0 || this.#earlyPeers.delete(request.room);
    const timerMs = met ? Infinity : nowMs + this.#device.engine.rendezvousTimeoutMs;
    this.#prompts.set(request.id, { request, doneTokens: 0, chunkTokens: 0, timerMs, state: met ? 'queued' : 'waiting-peer' });
    if (request.room !== 0) this.#idByRoom.set(request.room, request.id);
  }

  peerArrived(room: number): void {
    const prompt = this.#byRoom(room);
    if (!prompt) {
      this.#earlyPeers.add(room);
      return;
    }
    // Whoever asks again, after a broken connection say, must not have the prompt computed again.
    if (prompt.state !== 'waiting-peer') return;
    prompt.state = 'queued';
    prompt.timerMs = Infinity;
  }

  peerGone(room: number, nowMs: number): void {
    this.#earlyPeers.delete(room);
    const prompt = this.#byRoom(room);
    if (!prompt || prompt.state === 'handing-over') return;
    this.#fail(prompt.request.id, 'the decode peer went away', nowMs);
  }

  kvArrived(): void {}
  kvFailed(): void {}

  cancel(id: string): void {
    const prompt = this.#prompts.get(id);
    if (!prompt) return;
    this.#prompts.delete(id);
    this.#idByRoom.delete(prompt.request.room);
    this.#pool.free(id);
  }

  nextTimerMs(): number {
    let next = Infinity;
    for (const prompt of this.#prompts.values()) next = Math.min(next, prompt.timerMs);
    return next;
  }

  fireTimers(nowMs: number): void {
    for (const prompt of [...this.#prompts.values()]) {
      if (prompt.timerMs > nowMs) continue;
      const { id } = prompt.request;
      if (prompt.state === 'handing-over') this.#finish(id, nowMs);
      else this.#fail(id, 'no decode peer asked for the KV in time', nowMs);
    }
  }

  begin(): IterationWork | null {
    this.#batch = [];
    const chunks: PromptChunk[] = [];
    let budgetTokens = this.#device.engine.chunkTokens;
    for (const prompt of this.#prompts.values()) {
      if (prompt.state !== 'queued') continue;
      if (budgetTokens === 0 || this.#batch.length >= this.#device.engine.maxRunningPrefill) break;
      if (!this.#admit(prompt)) break;
      prompt.chunkTokens = Math.min(budgetTokens, prompt.request.promptTokens - prompt.doneTokens);
      budgetTokens -= prompt.chunkTokens;
      chunks.push({ newTokens: prompt.chunkTokens, pastTokens: prompt.doneTokens });
      this.#batch.push(prompt);
    }
    return chunks.length === 0 ? null : prefillWork(chunks);
  }

  end(nowMs: number): void {
    for (const prompt of this.#batch) {
      prompt.doneTokens += prompt.chunkTokens;
      if (prompt.doneTokens >= prompt.request.promptTokens && this.#prompts.has(prompt.request.id)) this.#computed(prompt, nowMs);
    }
    this.#batch = [];
  }

  takeEvents(): EngineEvent[] {
    return this.#log.take();
  }

  load(): InstanceLoad {
    // An iteration runs on to its end without those who went away.
    const running = this.#batch.filter(({ request }) => this.#prompts.has(request.id)).length;
    const waiting = [...this.#prompts.values()].filter((prompt) => prompt.state !== 'handing-over').length - running;
    return { running, waiting, kvTokens: this.#pool.usedTokens, kvCapacityTokens: this.#pool.capacityTokens };
  }

  #admit(prompt: Prompt): boolean {
    const { id, promptTokens } = prompt.request;
    if (this.#pool.heldBy(id) > 0) return true;
    if (!this.#pool.fits(promptTokens)) return false;
    this.#pool.hold(id, promptTokens);
    return true;
  }

  #computed(prompt: Prompt, nowMs: number): void {
    const { id, room, promptTokens } = prompt.request;
    if (room === 0) {
      this.#finish(id, nowMs);
      return;
    }
    this.#log.push({ kind: 'kv-ready', id, room, promptTokens, atMs: nowMs });
    prompt.state = 'handing-over';
    prompt.timerMs = nowMs + kvTransferMs(promptTokens, kvBytesPerToken(this.#device.model), this.#device.engine.kvTransfer);
  }

  #finish(id: string, nowMs: number): void {
    this.cancel(id);
    this.#log.push({ kind: 'finished', id, atMs: nowMs });
  }

  #fail(id: string, reason: string, nowMs: number): void {
    this.cancel(id);
    this.#log.push({ kind: 'failed', id, reason, atMs: nowMs });
  }

  #byRoom(room: number): Prompt | undefined {
    const id = this.#idByRoom.get(room);
    return id === undefined ? undefined : this.#prompts.get(id);
  }
}
