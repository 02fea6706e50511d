import { kvBytesPerToken, type Device } from '../prediction/analytic/device.ts';
import type { IterationWork } from '../prediction/analytic/work.ts';
import type { Adversity } from './adversity.ts';
import { kvPoolOf, kvTransferMs, type KvPool } from './kv-pool.ts';
import { MinHeap } from './min-heap.ts';
import { PrefixCache } from './prefix-cache.ts';
import type { Scheduler } from './scheduler.ts';
import { Timers } from './timers.ts';
import type { EmulatedRequest, EngineListener, InstanceLoad } from './types.ts';

interface Prompt<R> {
  readonly request: R;
  /** Of arrival. */
  readonly order: number;
  /** Computed, or found in the cache. */
  doneTokens: number;
  /** Tokens of the running iteration. */
  chunkTokens: number;
  heldTokens: number;
  /** The rendezvous must have happened, or the hand-over is over, by then. */
  timerMs: number;
  state: 'waiting-peer' | 'queued' | 'computing' | 'handing-over' | 'gone';
  peerCame: boolean;
}

/**
 * Prefill role: a request waits for its decode peer, then for KV room, is computed in chunks together with
 * others, and keeps its KV until the peer has taken it. First in, first out.
 */
export class PrefillScheduler<R extends EmulatedRequest> implements Scheduler<R> {
  readonly #device: Device;
  readonly #listener: EngineListener<R>;
  readonly #adversity: Adversity;
  readonly #pool: KvPool;
  readonly #cache = new PrefixCache();
  readonly #byId = new Map<string, Prompt<R>>();
  readonly #byRoom = new Map<number, Prompt<R>>();
  /** Peers that came before their request. */
  readonly #earlyPeers = new Set<number>();
  /** Ready to be computed, by order of arrival; may hold some that have gone. */
  readonly #queue = new MinHeap<Prompt<R>>();
  readonly #timers = new Timers<Prompt<R>>();
  readonly #work = { phase: 'prefill' as const, sequences: 0, newTokens: 0, attendedPairs: 0, kvTokens: 0 };
  #batch: Prompt<R>[] = [];
  #arrivals = 0;
  #handingOver = 0;
  #cachedTokens = 0;

  constructor(device: Device, listener: EngineListener<R>, adversity: Adversity = {}, pool: KvPool = kvPoolOf(device)) {
    this.#device = device;
    this.#listener = listener;
    this.#adversity = adversity;
    this.#pool = pool;
  }

  get cachedTokens(): number {
    return this.#cachedTokens;
  }

  submit(request: R, nowMs: number): void {
    if (request.promptTokens > this.#pool.capacityTokens) {
      const reason = `prompt of ${request.promptTokens} tokens exceeds the KV room of ${this.#pool.capacityTokens}`;
      this.#listener.failed(request, reason, nowMs);
      return;
    }
    const prompt: Prompt<R> = {
      request,
      order: this.#arrivals++,
      doneTokens: 0,
      chunkTokens: 0,
      heldTokens: 0,
      timerMs: Infinity,
      state: 'waiting-peer',
      peerCame: this.#earlyPeers.delete(request.room),
    };
    this.#byId.set(request.id, prompt);
    if (request.room !== 0) this.#byRoom.set(request.room, prompt);
    if (request.room === 0 || request.holds || prompt.peerCame) this.#enqueue(prompt);
    else this.#timers.set(prompt, nowMs + this.#device.engine.rendezvousTimeoutMs);
  }

  peerArrived(room: number, nowMs: number): void {
    const prompt = this.#byRoom.get(room);
    if (!prompt) {
      this.#earlyPeers.add(room);
      return;
    }
    prompt.peerCame = true;
    // Whoever asks again, after a broken connection say, must not have the prompt computed again.
    if (prompt.state === 'waiting-peer') this.#enqueue(prompt);
    else if (prompt.state === 'handing-over' && prompt.timerMs === Infinity) this.#transfer(prompt, nowMs);
  }

  peerGone(room: number, nowMs: number): void {
    this.#earlyPeers.delete(room);
    const prompt = this.#byRoom.get(room);
    if (!prompt || prompt.state === 'handing-over') return;
    this.#fail(prompt, 'the decode peer went away', nowMs);
  }

  kvArrived(): void {}
  kvFailed(): void {}

  cancel(id: string): void {
    const prompt = this.#byId.get(id);
    if (prompt) this.#remove(prompt);
  }

  nextTimerMs(): number {
    return this.#timers.nextMs();
  }

  fireTimers(nowMs: number): void {
    for (const prompt of this.#timers.due(nowMs)) {
      if (prompt.state === 'handing-over') this.#finish(prompt, nowMs);
      else this.#fail(prompt, 'no decode peer asked for the KV in time', nowMs);
    }
  }

  begin(): IterationWork | null {
    const { chunkTokens, maxRunningPrefill } = this.#device.engine;
    let budgetTokens = chunkTokens;
    this.#startWork();
    while (budgetTokens > 0 && this.#batch.length < maxRunningPrefill) {
      const prompt = this.#nextQueued();
      if (!prompt || !this.#admit(prompt)) break;
      this.#queue.pop();
      prompt.state = 'computing';
      prompt.chunkTokens = Math.min(budgetTokens, prompt.request.promptTokens - prompt.doneTokens);
      budgetTokens -= prompt.chunkTokens;
      this.#addWork(prompt);
      this.#batch.push(prompt);
    }
    return this.#batch.length === 0 ? null : this.#work;
  }

  end(nowMs: number): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const prompt of batch) {
      if (prompt.state === 'gone') continue;
      prompt.doneTokens += prompt.chunkTokens;
      if (prompt.doneTokens >= prompt.request.promptTokens) this.#computed(prompt, nowMs);
      else this.#enqueue(prompt);
    }
  }

  load(): InstanceLoad {
    // An iteration runs on to its end without those who went away.
    const running = this.#batch.reduce((count, { state }) => count + (state === 'gone' ? 0 : 1), 0);
    const waiting = this.#byId.size - this.#handingOver - running;
    return { running, waiting, kvTokens: this.#pool.usedTokens, kvCapacityTokens: this.#pool.capacityTokens };
  }

  produced(): number {
    return 0;
  }

  #enqueue(prompt: Prompt<R>): void {
    prompt.state = 'queued';
    prompt.timerMs = Infinity;
    this.#queue.push(prompt.order, prompt);
  }

  #nextQueued(): Prompt<R> | undefined {
    while (this.#queue.top?.state === 'gone') this.#queue.pop();
    return this.#queue.top;
  }

  #startWork(): void {
    const work = this.#work;
    work.sequences = 0;
    work.newTokens = 0;
    work.attendedPairs = 0;
    work.kvTokens = 0;
  }

  /** As `prefillWork` does for chunks: causal attention, a token sees its past and itself. */
  #addWork({ chunkTokens, doneTokens }: Prompt<R>): void {
    const work = this.#work;
    work.sequences++;
    work.newTokens += chunkTokens;
    work.attendedPairs += chunkTokens * (doneTokens + (chunkTokens + 1) / 2);
    work.kvTokens += doneTokens + chunkTokens;
  }

  /** Room for the whole prompt, from what nobody holds: cached blocks make way. */
  #admit(prompt: Prompt<R>): boolean {
    const { promptTokens, prefix } = prompt.request;
    if (prompt.heldTokens > 0) return true;
    if (!this.#pool.fits(promptTokens)) return false;
    this.#pool.take(promptTokens);
    prompt.heldTokens = promptTokens;
    if (prefix) {
      prompt.doneTokens = this.#cache.match(prefix, promptTokens);
      this.#cachedTokens += prompt.doneTokens;
    }
    this.#cache.shrinkTo(this.#pool.capacityTokens - this.#pool.usedTokens);
    return true;
  }

  #computed(prompt: Prompt<R>, nowMs: number): void {
    const { room, prefix, holds } = prompt.request;
    if (prefix) {
      this.#cache.keep(prefix);
      this.#cache.shrinkTo(this.#pool.capacityTokens - this.#pool.usedTokens);
    }
    if (room === 0) {
      this.#finish(prompt, nowMs);
      return;
    }
    this.#listener.kvReady(prompt.request, nowMs);
    prompt.state = 'handing-over';
    this.#handingOver++;
    if (!holds || prompt.peerCame) this.#transfer(prompt, nowMs);
  }

  #transfer(prompt: Prompt<R>, nowMs: number): void {
    const { room, promptTokens } = prompt.request;
    const factor = this.#adversity.transferFactor?.(room) ?? 1;
    this.#timers.set(
      prompt,
      nowMs + factor * kvTransferMs(promptTokens, kvBytesPerToken(this.#device.model), this.#device.engine.kvTransfer),
    );
  }

  #finish(prompt: Prompt<R>, nowMs: number): void {
    this.#remove(prompt);
    this.#listener.finished(prompt.request, nowMs);
  }

  #fail(prompt: Prompt<R>, reason: string, nowMs: number): void {
    this.#remove(prompt);
    this.#listener.failed(prompt.request, reason, nowMs);
  }

  #remove(prompt: Prompt<R>): void {
    const { id, room } = prompt.request;
    this.#byId.delete(id);
    this.#byRoom.delete(room);
    this.#pool.give(prompt.heldTokens);
    if (prompt.state === 'handing-over') this.#handingOver--;
    prompt.state = 'gone';
    prompt.timerMs = Infinity;
  }
}
