import type { Device } from '../prediction/analytic/device.ts';
import type { IterationWork } from '../prediction/analytic/work.ts';
import type { Adversity } from './adversity.ts';
import { DecodeScheduler } from './decode-scheduler.ts';
import { kvPoolOf, type KvPool } from './kv-pool.ts';
import { PrefillScheduler } from './prefill-scheduler.ts';
import type { Scheduler } from './scheduler.ts';
import type { EmulatedRequest, EngineListener, InstanceLoad } from './types.ts';

const nothing = (): void => undefined;

/**
 * Both phases on one device, with one pool of KV: what is to be prefilled goes first, and decode stands still
 * meanwhile. A request that is decoded here moves over with its KV where it is.
 */
export class AggregatedScheduler<R extends EmulatedRequest> implements Scheduler<R> {
  readonly #prefill: PrefillScheduler<R>;
  readonly #decode: DecodeScheduler<R>;
  readonly #listener: EngineListener<R>;
  readonly #pool: KvPool;
  #running: Scheduler<R>;

  constructor(device: Device, listener: EngineListener<R>, adversity: Adversity = {}) {
    this.#listener = listener;
    this.#pool = kvPoolOf(device);
    this.#prefill = new PrefillScheduler(device, this.#prefillListener(), adversity, this.#pool);
    // What was computed right here has no way to go.
    const transferFactor = (room: number): number => (room === 0 ? 0 : (adversity.transferFactor?.(room) ?? 1));
    this.#decode = new DecodeScheduler(device, listener, { ...adversity, transferFactor }, this.#pool);
    this.#running = this.#decode;
  }

  get cachedTokens(): number {
    return this.#prefill.cachedTokens;
  }

  submit(request: R, nowMs: number): void {
    const { phase = 'both', promptTokens, maxTokens } = request;
    if (phase === 'decode') return this.#decode.submit(request, nowMs);
    const neededTokens = promptTokens + maxTokens;
    if (phase === 'prefill' || neededTokens <= this.#pool.capacityTokens) return this.#prefill.submit(request, nowMs);
    const reason = `prompt and output of ${neededTokens} tokens exceed the KV room of ${this.#pool.capacityTokens}`;
    this.#listener.failed(request, reason, nowMs);
  }

  cancel(id: string): void {
    this.#prefill.cancel(id);
    this.#decode.cancel(id);
  }

  peerArrived(room: number, nowMs: number): void {
    this.#prefill.peerArrived(room, nowMs);
  }

  peerGone(room: number, nowMs: number): void {
    this.#prefill.peerGone(room, nowMs);
  }

  kvArrived(room: number, nowMs: number): void {
    this.#decode.kvArrived(room, nowMs);
  }

  kvFailed(room: number, reason: string, nowMs: number): void {
    this.#decode.kvFailed(room, reason, nowMs);
  }

  nextTimerMs(): number {
    return Math.min(this.#prefill.nextTimerMs(), this.#decode.nextTimerMs());
  }

  fireTimers(nowMs: number): void {
    this.#prefill.fireTimers(nowMs);
    this.#decode.fireTimers(nowMs);
  }

  begin(nowMs: number): IterationWork | null {
    // Prompts that keep coming must not take the room that a computed one waits for.
    const order = this.#decode.roomless === 0 ? [this.#prefill, this.#decode] : [this.#decode, this.#prefill];
    for (const phase of order) {
      this.#running = phase;
      const work = phase.begin(nowMs);
      if (work) return work;
    }
    return null;
  }

  end(nowMs: number): void {
    this.#running.end(nowMs);
  }

  load(): InstanceLoad {
    const [prefill, decode] = [this.#prefill.load(), this.#decode.load()];
    return { ...decode, running: prefill.running + decode.running, waiting: prefill.waiting + decode.waiting };
  }

  produced(id: string): number {
    return this.#decode.produced(id);
  }

  #prefillListener(): EngineListener<R> {
    const listener = this.#listener;
    return {
      kvWanted: nothing,
      firstToken: nothing,
      stepped: nothing,
      gaps: nothing,
      kvReady: (request, atMs) => listener.kvReady(request, atMs),
      failed: (request, reason, atMs) => listener.failed(request, reason, atMs),
      finished: (request, atMs) => {
        if (request.phase === 'prefill') listener.finished(request, atMs);
        else this.#decode.submit(request, atMs);
      },
    };
  }
}
