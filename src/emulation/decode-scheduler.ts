import { kvBytesPerToken, kvCapacityTokens, type Device } from '../prediction/analytic/device.ts';
import { decodeWork, type IterationWork } from '../prediction/analytic/work.ts';
import { KvPool, kvTransferMs } from './kv-pool.ts';
import { EventLog, type Scheduler } from './scheduler.ts';
import type { EmulatedRequest, EngineEvent, InstanceLoad } from './types.ts';

interface Sequence {
  readonly request: EmulatedRequest;
  producedTokens: number;
  /** The KV must have come, or has been transferred, by then. */
  timerMs: number;
  state: 'waiting-room' | 'waiting-kv' | 'transferring' | 'running';
}

/**
 * Decode role: a request waits for KV room, asks its prefill peer, takes the KV over the link, and then yields one
 * token an iteration together with everything that runs. When KV runs out, the youngest is put back to waiting.
 */
export class DecodeScheduler implements Scheduler {
  readonly #device: Device;
  readonly #pool: KvPool;
  readonly #sequences = new Map<string, Sequence>();
  readonly #idByRoom = new Map<number, string>();
  readonly #log = new EventLog();
  #batch: Sequence[] = [];

  constructor(device: Device) {
    this.#device = device;
    this.#pool = new KvPool(kvCapacityTokens(device.gpu, device.model, device.engine, device.tp));
  }

  submit(request: EmulatedRequest, nowMs: number): void {
    const neededTokens = request.promptTokens + request.maxTokens;
    if (neededTokens > this.#pool.capacityTokens) {
      const reason = `prompt and output of ${neededTokens} tokens exceed the KV room of ${this.#pool.capacityTokens}`;
      this.#log.push({ kind: 'failed', id: request.id, reason, atMs: nowMs });
      return;
    }
    this.#sequences.set(request.id, { request, producedTokens: 0, timerMs: Infinity, state: 'waiting-room' });
    if (request.room !== 0) this.#idByRoom.set(request.room, request.id);
    this.#admitWaiting(nowMs);
  }

  kvArrived(room: number, nowMs: number): void {
    const sequence = this.#byRoom(room);
    if (sequence?.state === 'waiting-kv') this.#startTransfer(sequence, nowMs);
  }

  kvFailed(room: number, reason: string, nowMs: number): void {
    const sequence = this.#byRoom(room);
    if (sequence?.state === 'waiting-kv') this.#fail(sequence.request.id, reason, nowMs);
  }

  peerArrived(): void {}
  peerGone(): void {}

  cancel(id: string): void {
    const sequence = this.#sequences.get(id);
    if (!sequence) return;
    this.#sequences.delete(id);
    this.#idByRoom.delete(sequence.request.room);
    this.#pool.free(id);
  }

  nextTimerMs(): number {
    let next = Infinity;
    for (const sequence of this.#sequences.values()) next = Math.min(next, sequence.timerMs);
    return next;
  }

  fireTimers(nowMs: number): void {
    for (const sequence of [...this.#sequences.values()]) {
      if (sequence.timerMs > nowMs) continue;
      if (sequence.state === 'transferring') this.#arrive(sequence, nowMs);
      else this.#fail(sequence.request.id, 'the prefill peer did not deliver the KV in time', nowMs);
    }
  }

  begin(nowMs: number): IterationWork | null {
    this.#admitWaiting(nowMs);
    this.#batch = this.#running();
    while (this.#batch.length > 0 && !this.#pool.fits(this.#batch.length)) this.#retractYoungest();
    let kvTokens = 0;
    for (const { request } of this.#batch) kvTokens += this.#holdNextToken(request.id);
    return this.#batch.length === 0 ? null : decodeWork(this.#batch.length, kvTokens);
  }

  end(nowMs: number): void {
    for (const sequence of this.#batch) {
      if (this.#sequences.has(sequence.request.id)) this.#emit(sequence, nowMs);
    }
    this.#batch = [];
    this.#admitWaiting(nowMs);
  }

  takeEvents(): EngineEvent[] {
    return this.#log.take();
  }

  load(): InstanceLoad {
    const running = this.#running().length;
    return {
      running,
      waiting: this.#sequences.size - running,
      kvTokens: this.#pool.usedTokens,
      kvCapacityTokens: this.#pool.capacityTokens,
    };
  }

  #running(): Sequence[] {
    const running: Sequence[] = [];
    for (const sequence of this.#sequences.values()) if (sequence.state === 'running') running.push(sequence);
    return running;
  }

  /** In order of arrival, and nobody overtakes: a long prompt must not starve. */
  #admitWaiting(nowMs: number): void {
    let active = 0;
    for (const sequence of this.#sequences.values()) if (sequence.state !== 'waiting-room') active++;
    for (const sequence of this.#sequences.values()) {
      if (sequence.state !== 'waiting-room') continue;
      if (active >= this.#device.engine.maxRunningDecode || !this.#fitsWithReserve(sequence)) return;
      active++;
      this.#admit(sequence, nowMs);
    }
  }

  #fitsWithReserve({ request, producedTokens }: Sequence): boolean {
    const reserve = Math.min(request.maxTokens - producedTokens, this.#device.engine.reservedDecodeTokens);
    return this.#pool.fits(request.promptTokens + producedTokens + reserve);
  }

  #admit(sequence: Sequence, nowMs: number): void {
    const { id, room, promptTokens } = sequence.request;
    this.#pool.hold(id, promptTokens + sequence.producedTokens);
    if (room === 0 || sequence.producedTokens > 0) {
      this.#startTransfer(sequence, nowMs);
      return;
    }
    sequence.state = 'waiting-kv';
    sequence.timerMs = nowMs + this.#device.engine.rendezvousTimeoutMs;
    this.#log.push({ kind: 'kv-wanted', id, room, atMs: nowMs });
  }

  #startTransfer(sequence: Sequence, nowMs: number): void {
    const { model, engine } = this.#device;
    const tokens = this.#pool.heldBy(sequence.request.id);
    sequence.state = 'transferring';
    sequence.timerMs = nowMs + kvTransferMs(tokens, kvBytesPerToken(model), engine.kvTransfer);
  }

  /** KV is here. The first token came with it, from prefill; a sequence that was put back already has its own. */
  #arrive(sequence: Sequence, nowMs: number): void {
    sequence.state = 'running';
    sequence.timerMs = Infinity;
    if (sequence.producedTokens === 0) this.#emit(sequence, nowMs);
  }

  /** Taken before the iteration runs, so that nobody admitted meanwhile gets it. Returns the tokens held until now. */
  #holdNextToken(id: string): number {
    const heldTokens = this.#pool.heldBy(id);
    this.#pool.hold(id, heldTokens + 1);
    return heldTokens;
  }

  #emit(sequence: Sequence, nowMs: number): void {
    const { id, maxTokens } = sequence.request;
    this.#log.push({ kind: 'token', id, index: sequence.producedTokens, atMs: nowMs });
    sequence.producedTokens++;
    if (sequence.producedTokens < maxTokens) return;
    this.cancel(id);
    this.#log.push({ kind: 'finished', id, atMs: nowMs });
  }

  #retractYoungest(): void {
    const youngest = this.#batch.pop();
    if (!youngest) return;
    this.#pool.free(youngest.request.id);
    youngest.state = 'waiting-room';
  }

  #fail(id: string, reason: string, nowMs: number): void {
    this.cancel(id);
    this.#log.push({ kind: 'failed', id, reason, atMs: nowMs });
  }

  #byRoom(room: number): Sequence | undefined {
    const id = this.#idByRoom.get(room);
    return id === undefined ? undefined : this.#sequences.get(id);
  }
}
