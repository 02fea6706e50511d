import { kvBytesPerToken, type Device } from '../prediction/analytic/device.ts';
import type { IterationWork } from '../prediction/analytic/work.ts';
import type { Adversity } from './adversity.ts';
import { RunningBatch, type Sequence } from './decode-sequence.ts';
import { kvPoolOf, kvTransferMs, type KvPool } from './kv-pool.ts';
import { MinHeap } from './min-heap.ts';
import type { Scheduler } from './scheduler.ts';
import { Timers } from './timers.ts';
import type { EmulatedRequest, EngineListener, InstanceLoad } from './types.ts';

/**
 * Decode role: a request waits for KV room, asks its prefill peer, takes the KV over the link, and then yields one
 * token an iteration together with everything that runs. When KV runs out, the youngest is put back to waiting.
 * An iteration costs the same however many run, unless one of them ends or somebody wants to hear of every token.
 */
export class DecodeScheduler<R extends EmulatedRequest> implements Scheduler<R> {
  readonly cachedTokens = 0;
  readonly #device: Device;
  readonly #listener: EngineListener<R>;
  readonly #adversity: Adversity;
  readonly #pool: KvPool;
  readonly #byId = new Map<string, Sequence<R>>();
  readonly #byRoom = new Map<number, Sequence<R>>();
  /** By order of arrival; may hold some that do not wait any more. */
  readonly #waiting = new MinHeap<Sequence<R>>();
  readonly #timers = new Timers<Sequence<R>>();
  readonly #batch = new RunningBatch<R>();
  /** Have their KV and run from the next iteration on. */
  #arrived: Sequence<R>[] = [];
  /** Run for the first time in the present iteration. */
  #newcomers: Sequence<R>[] = [];
  readonly #work = { phase: 'decode' as const, sequences: 0, newTokens: 0, attendedPairs: 0, kvTokens: 0 };
  #arrivals = 0;
  /** Neither waiting for room nor gone. */
  #active = 0;
  #begun = 0;
  #ended = 0;
  #beganMs = 0;
  /** When the iteration before ended: whoever ran in it got a token then. On an engine that does both phases a prompt may lie between. */
  #beforeMs = 0;
  /** KV tokens that the batch holds. */
  #batchTokens = 0;

  constructor(device: Device, listener: EngineListener<R>, adversity: Adversity = {}, pool: KvPool = kvPoolOf(device)) {
    this.#device = device;
    this.#listener = listener;
    this.#adversity = adversity;
    this.#pool = pool;
  }

  /** Requests without room for their KV. */
  get roomless(): number {
    return this.#byId.size - this.#active;
  }

  submit(request: R, nowMs: number): void {
    const neededTokens = request.promptTokens + request.maxTokens;
    if (neededTokens > this.#pool.capacityTokens) {
      const reason = `prompt and output of ${neededTokens} tokens exceed the KV room of ${this.#pool.capacityTokens}`;
      this.#listener.failed(request, reason, nowMs);
      return;
    }
    const sequence = this.#sequenceOf(request);
    this.#byId.set(request.id, sequence);
    if (request.room !== 0) this.#byRoom.set(request.room, sequence);
    this.#waiting.push(sequence.order, sequence);
    this.#admitWaiting(nowMs);
  }

  kvArrived(room: number, nowMs: number): void {
    const sequence = this.#byRoom.get(room);
    if (sequence?.state === 'waiting-kv') this.#startTransfer(sequence, nowMs);
  }

  kvFailed(room: number, reason: string, nowMs: number): void {
    const sequence = this.#byRoom.get(room);
    if (sequence?.state === 'waiting-kv') this.#fail(sequence, reason, nowMs);
  }

  peerArrived(): void {}
  peerGone(): void {}

  cancel(id: string): void {
    const sequence = this.#byId.get(id);
    if (!sequence) return;
    if (sequence.state === 'running') this.#batch.remove(sequence);
    this.#remove(sequence);
  }

  nextTimerMs(): number {
    return this.#timers.nextMs();
  }

  fireTimers(nowMs: number): void {
    for (const sequence of this.#timers.due(nowMs)) {
      if (sequence.state === 'transferring') this.#arrive(sequence, nowMs);
      else this.#fail(sequence, 'the prefill peer did not deliver the KV in time', nowMs);
    }
  }

  begin(nowMs: number): IterationWork | null {
    if (this.#waiting.size > 0) this.#admitWaiting(nowMs);
    if (this.#arrived.length > 0) this.#join();
    while (this.#batch.size > 0 && !this.#pool.fits(this.#batch.size)) this.#retractYoungest(nowMs);
    const batch = this.#batch.size;
    if (batch === 0) return null;
    const work = this.#work;
    work.sequences = batch;
    work.newTokens = batch;
    work.kvTokens = this.#batchTokens;
    // The next token's room is taken before the iteration runs, so that nobody admitted meanwhile gets it.
    this.#pool.take(batch);
    this.#batchTokens += batch;
    this.#begun++;
    this.#beganMs = nowMs;
    return work;
  }

  end(nowMs: number): void {
    this.#ended = this.#begun;
    const batch = this.#batch.size;
    const ends = this.#batch.nextEnd <= this.#ended;
    if (batch > 0) {
      this.#listener.stepped(batch, nowMs - this.#beganMs, ends, nowMs);
      this.#tellGaps(batch, nowMs);
    }
    this.#beforeMs = nowMs;
    if (this.#listener.token) this.#tellTokens(nowMs);
    if (ends) for (const sequence of this.#batch.takeDone(this.#ended)) this.#finish(sequence, nowMs);
    if (this.#waiting.size > 0) this.#admitWaiting(nowMs);
  }

  load(): InstanceLoad {
    const running = this.#batch.size + this.#arrived.length;
    return {
      running,
      waiting: this.#byId.size - running,
      kvTokens: this.#pool.usedTokens,
      kvCapacityTokens: this.#pool.capacityTokens,
    };
  }

  produced(id: string): number {
    const sequence = this.#byId.get(id);
    return sequence ? this.#producedBy(sequence) : 0;
  }

  #sequenceOf(request: R): Sequence<R> {
    return {
      request,
      order: this.#arrivals++,
      state: 'waiting-room',
      timerMs: Infinity,
      heldBefore: 0,
      producedBefore: 0,
      firstStep: 0,
      lastStep: 0,
      lastTokenMs: 0,
    };
  }

  #producedBy({ state, producedBefore, firstStep }: Sequence<R>): number {
    return state === 'running' ? producedBefore + this.#ended - firstStep : producedBefore;
  }

  #heldBy({ state, heldBefore, firstStep }: Sequence<R>): number {
    return state === 'running' ? heldBefore + this.#begun - firstStep : heldBefore;
  }

  /** In order of arrival, and nobody overtakes: a long prompt must not starve. */
  #admitWaiting(nowMs: number): void {
    for (let next = this.#waiting.top; next !== undefined; next = this.#waiting.top) {
      if (next.state === 'waiting-room') {
        if (this.#active >= this.#device.engine.maxRunningDecode || !this.#fitsWithReserve(next)) return;
        this.#admit(next, nowMs);
      }
      this.#waiting.pop();
    }
  }

  #fitsWithReserve({ request, producedBefore }: Sequence<R>): boolean {
    const reserve = Math.min(request.maxTokens - producedBefore, this.#device.engine.reservedDecodeTokens);
    return this.#pool.fits(request.promptTokens + producedBefore + reserve);
  }

  #admit(sequence: Sequence<R>, nowMs: number): void {
    const { request, producedBefore } = sequence;
    sequence.heldBefore = request.promptTokens + producedBefore;
    this.#pool.take(sequence.heldBefore);
    this.#active++;
    if (request.room === 0 || producedBefore > 0) {
      this.#startTransfer(sequence, nowMs);
      return;
    }
    sequence.state = 'waiting-kv';
    this.#timers.set(sequence, nowMs + this.#device.engine.rendezvousTimeoutMs);
    this.#listener.kvWanted(request, nowMs);
  }

  #startTransfer(sequence: Sequence<R>, nowMs: number): void {
    const { model, engine } = this.#device;
    const factor = this.#adversity.transferFactor?.(sequence.request.room) ?? 1;
    sequence.state = 'transferring';
    this.#timers.set(sequence, nowMs + factor * kvTransferMs(sequence.heldBefore, kvBytesPerToken(model), engine.kvTransfer));
  }

  /** KV is here. The first token came with it, from prefill; a sequence that was put back already has its own. */
  #arrive(sequence: Sequence<R>, nowMs: number): void {
    const { request } = sequence;
    if (sequence.producedBefore === 0) {
      sequence.producedBefore = 1;
      sequence.lastTokenMs = nowMs;
      this.#listener.firstToken(request, nowMs);
      this.#listener.token?.(request, 0, nowMs);
    }
    if (sequence.producedBefore >= request.maxTokens) {
      this.#finish(sequence, nowMs);
      return;
    }
    sequence.state = 'arrived';
    this.#arrived.push(sequence);
  }

  #join(): void {
    const newcomers = this.#arrived;
    for (const sequence of newcomers) {
      sequence.state = 'running';
      sequence.firstStep = this.#ended;
      sequence.lastStep = this.#ended + sequence.request.maxTokens - sequence.producedBefore;
      this.#batchTokens += sequence.heldBefore;
      this.#batch.add(sequence);
    }
    this.#newcomers = newcomers;
    this.#arrived = [];
  }

  /** Who ran before got the last token when the iteration before ended; newcomers have a time of their own. */
  #tellGaps(batch: number, nowMs: number): void {
    let regular = batch;
    for (const { state, lastTokenMs } of this.#newcomers) {
      if (state !== 'running') continue;
      regular--;
      this.#listener.gaps(nowMs - lastTokenMs, 1, nowMs);
    }
    if (this.#newcomers.length > 0) this.#newcomers = [];
    if (regular > 0) this.#listener.gaps(nowMs - this.#beforeMs, regular, nowMs);
  }

  #tellTokens(nowMs: number): void {
    for (const sequence of this.#batch.sequences) this.#listener.token?.(sequence.request, this.#producedBy(sequence) - 1, nowMs);
  }

  #retractYoungest(nowMs: number): void {
    const youngest = this.#batch.takeYoungest();
    if (!youngest) return;
    youngest.producedBefore = this.#producedBy(youngest);
    this.#release(youngest);
    // It got its last token when the last iteration ended, which is now, unless it has not run yet.
    if (youngest.firstStep < this.#ended) youngest.lastTokenMs = nowMs;
    youngest.state = 'waiting-room';
    this.#waiting.push(youngest.order, youngest);
  }

  #finish(sequence: Sequence<R>, nowMs: number): void {
    this.#remove(sequence);
    this.#listener.finished(sequence.request, nowMs);
  }

  #fail(sequence: Sequence<R>, reason: string, nowMs: number): void {
    this.#remove(sequence);
    this.#listener.failed(sequence.request, reason, nowMs);
  }

  /** Whoever runs is taken out of the batch by the caller. */
  #remove(sequence: Sequence<R>): void {
    const { id, room } = sequence.request;
    this.#byId.delete(id);
    this.#byRoom.delete(room);
    if (sequence.state === 'arrived') this.#arrived.splice(this.#arrived.indexOf(sequence), 1);
    if (sequence.state !== 'waiting-room') this.#release(sequence);
    sequence.state = 'gone';
    sequence.timerMs = Infinity;
  }

  #release(sequence: Sequence<R>): void {
    const heldTokens = this.#heldBy(sequence);
    this.#pool.give(heldTokens);
    if (sequence.state === 'running') this.#batchTokens -= heldTokens;
    this.#active--;
  }
}
