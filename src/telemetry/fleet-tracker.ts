import type { Instance, Role } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import { IterationWatch } from './iterations.ts';
import type { DecodeLoad, Load, PrefillLoad, WaitingPrompt } from './load.ts';
import { RateEstimate, RecentQuantile, SmoothedMean } from './rate.ts';

const RATE_MEMORY_MS = 5000;
const LENGTH_MEMORY = 100;
const AFTER_PREFILL_MEMORY = 64;

interface TrackedRequest {
  readonly request: PolicyRequest;
  readonly prefill: string;
  readonly decode: string;
  prefilledAtMs: number | null;
  outputTokens: number;
}

interface InstanceState {
  readonly role: Role;
  /** In order of dispatch. Prefill: not yet computed. Decode: all that are routed here. */
  readonly requests: Map<string, TrackedRequest>;
  readonly rate: RateEstimate;
  readonly promptTokens: SmoothedMean;
  readonly afterPrefillMs: RecentQuantile;
  /** Decode: what the streams tell of iterations. */
  readonly iterations: IterationWatch;
  headSinceMs: number | null;
  idleSinceMs: number | null;
  /** Tokens and completions, both forgetting alike: their ratio is the expected output length, long ones still running included. */
  outputTokens: number;
  completions: number;
}

const newState = (role: Role): InstanceState => ({
  role,
  requests: new Map(),
  rate: new RateEstimate(RATE_MEMORY_MS),
  promptTokens: new SmoothedMean(LENGTH_MEMORY),
  afterPrefillMs: new RecentQuantile(AFTER_PREFILL_MEMORY),
  iterations: new IterationWatch(),
  headSinceMs: null,
  idleSinceMs: 0,
  outputTokens: 0,
  completions: 0,
});

/**
 * The fleet as the data path sees it: what was dispatched, has its KV, streams, is done. An estimate that needs
 * nothing from the engines. It never learns a request's output length before the request has ended.
 */
export class FleetTracker {
  readonly #instances = new Map<string, InstanceState>();
  readonly #requests = new Map<string, TrackedRequest>();

  constructor(instances: readonly Instance[]) {
    for (const { id, role } of instances) this.#instances.set(id, newState(role));
  }

  get inFlight(): number {
    return this.#requests.size;
  }

  /** @throws RangeError for an instance that is none, or a request that is under way already; nothing is counted then */
  dispatched(request: PolicyRequest, prefill: string, decode: string, nowMs: number): void {
    if (this.#requests.has(request.id)) throw new RangeError(`request ${request.id} is under way already`);
    const states = [prefill, decode].map((id) => this.#state(id));
    const tracked: TrackedRequest = { request, prefill, decode, prefilledAtMs: null, outputTokens: 0 };
    this.#requests.set(request.id, tracked);
    for (const state of states) this.#add(state, tracked, nowMs);
  }

  /** The instances whose load an event changes; empty for an unknown or ended request. */
  instancesOf(requestId: string): readonly string[] {
    const tracked = this.#requests.get(requestId);
    return tracked ? [tracked.prefill, tracked.decode] : [];
  }

  prefillDone(requestId: string, nowMs: number): void {
    const tracked = this.#requests.get(requestId);
    if (!tracked || tracked.prefilledAtMs !== null) return;
    tracked.prefilledAtMs = nowMs;
    this.#remove(this.#state(tracked.prefill), requestId, nowMs);
  }

  tokens(requestId: string, count: number, nowMs: number): void {
    const tracked = this.#requests.get(requestId);
    if (!tracked) return;
    if (tracked.outputTokens === 0) this.#firstToken(tracked, nowMs);
    tracked.outputTokens += count;
    const decode = this.#state(tracked.decode);
    decode.outputTokens += count;
    decode.iterations.tokens(requestId, count, tracked.request.promptTokens + tracked.outputTokens, nowMs);
  }

  /** @returns whether it was under way: an end counts once */
  ended(requestId: string, how: 'completed' | 'failed' | 'cancelled', nowMs: number): boolean {
    const tracked = this.#requests.get(requestId);
    if (!tracked) return false;
    this.prefillDone(requestId, nowMs);
    this.#requests.delete(requestId);
    const decode = this.#state(tracked.decode);
    this.#remove(decode, requestId, nowMs);
    decode.iterations.ended(requestId);
    if (how === 'completed') this.#completed(decode);
    return true;
  }

  load(instanceId: string, nowMs: number): Load {
    const state = this.#state(instanceId);
    return state.role === 'prefill' ? this.#prefillLoad(state, nowMs) : this.#decodeLoad(state, nowMs);
  }

  /** How long an instance's iterations took; nothing for prefill, whose legs hold the hand-over too. */
  iterations(instanceId: string): IterationWatch {
    return this.#state(instanceId).iterations;
  }

  #firstToken(tracked: TrackedRequest, nowMs: number): void {
    const waitedMs = nowMs - (tracked.prefilledAtMs ?? nowMs);
    this.#state(tracked.prefill).afterPrefillMs.add(waitedMs);
    this.prefillDone(tracked.request.id, nowMs);
  }

  #completed(decode: InstanceState): void {
    decode.completions++;
    if (decode.completions < LENGTH_MEMORY) return;
    decode.completions /= 2;
    decode.outputTokens /= 2;
  }

  #add(state: InstanceState, tracked: TrackedRequest, nowMs: number): void {
    state.requests.set(tracked.request.id, tracked);
    state.rate.add(nowMs);
    state.promptTokens.add(tracked.request.promptTokens);
    state.headSinceMs ??= nowMs;
    state.idleSinceMs = null;
  }

  #remove(state: InstanceState, requestId: string, nowMs: number): void {
    if (!state.requests.delete(requestId)) return;
    const empty = state.requests.size === 0;
    state.headSinceMs = empty ? null : nowMs;
    state.idleSinceMs = empty ? nowMs : null;
  }

  #prefillLoad(state: InstanceState, nowMs: number): PrefillLoad {
    const waiting: WaitingPrompt[] = [];
    for (const { request } of state.requests.values()) waiting.push(request);
    return {
      phase: 'prefill',
      waiting,
      headSinceMs: state.headSinceMs,
      requestRatePerS: state.rate.perS(nowMs),
      meanPromptTokens: state.promptTokens.value,
      idleSinceMs: state.idleSinceMs,
      afterPrefillMs: state.afterPrefillMs.quantile(0.95, 0),
    };
  }

  #decodeLoad(state: InstanceState, nowMs: number): DecodeLoad {
    let batch = 0;
    let kvTokens = 0;
    for (const { request, outputTokens } of state.requests.values()) {
      if (outputTokens === 0) continue;
      batch++;
      kvTokens += request.promptTokens + outputTokens;
    }
    return {
      phase: 'decode',
      batch,
      kvTokens,
      incoming: state.requests.size - batch,
      requestRatePerS: state.rate.perS(nowMs),
      meanOutputTokens: state.completions > 0 ? state.outputTokens / state.completions : null,
      meanPromptTokens: state.promptTokens.value,
      idleSinceMs: state.idleSinceMs,
    };
  }

  #state(instanceId: string): InstanceState {
    const state = this.#instances.get(instanceId);
    if (!state) throw new RangeError(`unknown instance ${instanceId}`);
    return state;
  }
}
