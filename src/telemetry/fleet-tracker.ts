import type { Instance } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import { DecodeState, LENGTH_MEMORY, PrefillState, RATE_MEMORY_MS, type TrackedRequest } from './instance-state.ts';
import type { IterationWatch } from './iterations.ts';
import type { Arrivals, Load } from './load.ts';
import { RateEstimate, SmoothedMean } from './rate.ts';

/**
 * The fleet as the data path sees it: what arrived, was dispatched, has its KV, streams, is done. An estimate that
 * needs nothing from the engines. It never learns a request's output length before the request has ended. Every
 * event costs the same however much is under way.
 */
export class FleetTracker {
  readonly #prefill = new Map<string, PrefillState>();
  readonly #decode = new Map<string, DecodeState>();
  readonly #requests = new Map<string, TrackedRequest>();
  readonly #rate = new RateEstimate(RATE_MEMORY_MS);
  readonly #promptTokens = new SmoothedMean(LENGTH_MEMORY);
  #queued = 0;
  #queuedTokens = 0;

  constructor(instances: readonly Instance[] = []) {
    for (const instance of instances) this.add(instance);
  }

  add({ id, role }: Instance): void {
    if (role === 'prefill') this.#prefill.set(id, new PrefillState(id));
    else this.#decode.set(id, new DecodeState(id));
  }

  /** @returns false, removing nothing, while requests are under way there */
  remove(instanceId: string): boolean {
    const state = this.stateOf(instanceId);
    if (!state.empty) return false;
    return this.#prefill.delete(instanceId) || this.#decode.delete(instanceId);
  }

  /** Dispatched and not ended. */
  get inFlight(): number {
    return this.#requests.size;
  }

  /** A request reached the gateway and waits in its queue until it is `dispatched` or `unqueued`. */
  queued(request: PolicyRequest, nowMs: number): void {
    this.#rate.add(nowMs);
    this.#promptTokens.add(request.promptTokens);
    this.requeued(request);
  }

  /** A request that had left the gateway's queue is back: it arrived once. */
  requeued({ promptTokens }: PolicyRequest): void {
    this.#queued++;
    this.#queuedTokens += promptTokens;
  }

  /** Left the gateway's queue, to wherever. */
  unqueued({ promptTokens }: PolicyRequest): void {
    this.#queued--;
    this.#queuedTokens -= promptTokens;
  }

  arrivals(nowMs: number): Arrivals {
    return {
      requestRatePerS: this.#rate.perS(nowMs),
      meanPromptTokens: this.#promptTokens.value,
      queued: this.#queued,
      queuedTokens: this.#queuedTokens,
    };
  }

  /** @throws RangeError for an instance that is none, or a request that is under way already; nothing is counted then */
  dispatched(request: PolicyRequest, prefillId: string, decodeId: string, nowMs: number): void {
    if (this.#requests.has(request.id)) throw new RangeError(`request ${request.id} is under way already`);
    const [prefill, decode] = [this.#prefillState(prefillId), this.#decodeState(decodeId)];
    const tracked: TrackedRequest = {
      request,
      prefill,
      decode,
      prefilled: false,
      prefilledAtMs: nowMs,
      firstTokenMs: null,
      ownTokens: 0,
      stepsBefore: 0,
    };
    this.#requests.set(request.id, tracked);
    prefill.add(tracked, nowMs);
    decode.add(tracked, nowMs);
  }

  /** Null for one that is not under way. */
  requestOf(requestId: string): PolicyRequest | null {
    return this.#requests.get(requestId)?.request ?? null;
  }

  /** The instances whose load an event changes; empty for an unknown or ended request. */
  instancesOf(requestId: string): readonly string[] {
    const tracked = this.#requests.get(requestId);
    return tracked ? [tracked.prefill.id, tracked.decode.id] : [];
  }

  prefillDone(requestId: string, nowMs: number): void {
    const tracked = this.#requests.get(requestId);
    if (!tracked) return;
    tracked.prefill.watch?.done(requestId, nowMs);
    this.#prefillDone(tracked, nowMs);
  }

  /** So many more tokens of one request; the first of all are its first. */
  tokens(requestId: string, count: number, nowMs: number): void {
    const tracked = this.#requests.get(requestId);
    if (!tracked) return;
    const { decode, request } = tracked;
    if (tracked.firstTokenMs === null) this.#firstToken(tracked, nowMs);
    tracked.ownTokens += count;
    decode.count(count);
    decode.iterations.tokens(requestId, count, request.promptTokens + tracked.ownTokens, nowMs);
  }

  /**
   * Everything that streams on an instance got one more token: the same as `tokens` of each of them, for whoever
   * sees whole iterations. A request may be told of in both ways.
   * @param tokens how many got one, where those whose first token came while the iteration ran got none
   */
  stepped(instanceId: string, tokens?: number): void {
    const decode = this.#decodeState(instanceId);
    decode.stepped(tokens ?? decode.batch);
  }

  /** The requests that stream and the KV tokens that they hold, summed. @throws RangeError for an instance that does not decode */
  streaming(instanceId: string): { readonly batch: number; readonly kvTokens: number } {
    return this.#decodeState(instanceId);
  }

  /** @returns whether it was under way: an end counts once */
  ended(requestId: string, how: 'completed' | 'failed' | 'cancelled', nowMs: number): boolean {
    const tracked = this.#requests.get(requestId);
    if (!tracked) return false;
    this.#prefillDone(tracked, nowMs);
    this.#requests.delete(requestId);
    tracked.decode.remove(tracked, how === 'completed', nowMs);
    tracked.decode.iterations.ended(requestId);
    return true;
  }

  /** What is known of one instance, for whoever asks for it often. @throws RangeError for an unknown instance */
  stateOf(instanceId: string): PrefillState | DecodeState {
    return this.#prefill.get(instanceId) ?? this.#decodeState(instanceId);
  }

  /** Prefill: prompts that wait or are under way. Decode: running requests. Null for an instance that is none, or none any more. */
  requests(instanceId: string): number | null {
    return this.#prefill.get(instanceId)?.requests.size ?? this.#decode.get(instanceId)?.batch ?? null;
  }

  /** The same object as long as nothing has changed and the time is the same. */
  load(instanceId: string, nowMs: number): Load {
    return this.stateOf(instanceId).known(nowMs);
  }

  /** How long an instance's iterations took, as its token times show. @throws RangeError for an instance that does not decode */
  iterations(instanceId: string): IterationWatch {
    return this.#decodeState(instanceId).iterations;
  }

  #firstToken(tracked: TrackedRequest, nowMs: number): void {
    tracked.prefill.afterPrefillMs.add(tracked.prefilled ? nowMs - tracked.prefilledAtMs : 0);
    tracked.prefill.version++;
    this.#prefillDone(tracked, nowMs);
    tracked.decode.firstToken(tracked, nowMs);
  }

  #prefillDone(tracked: TrackedRequest, nowMs: number): void {
    if (tracked.prefilled) return;
    tracked.prefilled = true;
    tracked.prefilledAtMs = nowMs;
    tracked.prefill.remove(tracked, nowMs);
  }

  #prefillState(id: string): PrefillState {
    const state = this.#prefill.get(id);
    if (!state) throw new RangeError(`unknown prefill instance ${id}`);
    return state;
  }

  #decodeState(id: string): DecodeState {
    const state = this.#decode.get(id);
    if (!state) throw new RangeError(`unknown decode instance ${id}`);
    return state;
  }
}
