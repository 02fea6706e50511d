import type { Instance } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { RecentLatency } from '../domain/snapshot.ts';
import { quantile } from '../statistics/quantile.ts';

/** Enough for a 95th percentile that means something, few enough to sort in no time. */
const KEPT = 256;
/** Older values tell nothing of the present. */
const MAX_AGE_MS = 10_000;

/** The newest values with their times, in a ring. */
class RecentValues {
  readonly #values = new Float64Array(KEPT);
  readonly #atMs = new Float64Array(KEPT).fill(-Infinity);
  #next = 0;

  add(value: number, nowMs: number): void {
    this.#values[this.#next] = value;
    this.#atMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % KEPT;
  }

  latency(nowMs: number): RecentLatency {
    const values = [...this.#values].filter((_, i) => nowMs - this.#atMs[i]! <= MAX_AGE_MS);
    return { p50Ms: quantile(values, 0.5), p95Ms: quantile(values, 0.95) };
  }
}

interface LiveRequest {
  readonly arrivalMs: number;
  readonly prefill: RecentValues;
  readonly decode: RecentValues;
  lastTokenMs: number | null;
}

/** What clients feel at the moment, from what passes through the gateway: one look-up and one write per chunk. */
export class LiveLatency {
  readonly #instances = new Map<string, RecentValues>();
  readonly #requests = new Map<string, LiveRequest>();
  #firstRequestAtMs: number | null = null;
  #outputTokens = 0;

  constructor(instances: readonly Instance[]) {
    for (const { id } of instances) this.add(id);
  }

  add(instanceId: string): void {
    this.#instances.set(instanceId, new RecentValues());
  }

  remove(instanceId: string): void {
    this.#instances.delete(instanceId);
  }

  get firstRequestAtMs(): number | null {
    return this.#firstRequestAtMs;
  }

  get outputTokens(): number {
    return this.#outputTokens;
  }

  dispatched({ id, arrivalMs }: PolicyRequest, prefill: string, decode: string, nowMs: number): void {
    this.#firstRequestAtMs ??= nowMs;
    this.#requests.set(id, { arrivalMs, prefill: this.#of(prefill), decode: this.#of(decode), lastTokenMs: null });
  }

  tokens(requestId: string, count: number, nowMs: number): void {
    const request = this.#requests.get(requestId);
    if (!request) return;
    this.#outputTokens += count;
    if (request.lastTokenMs === null) request.prefill.add(nowMs - request.arrivalMs, nowMs);
    else request.decode.add(nowMs - request.lastTokenMs, nowMs);
    request.lastTokenMs = nowMs;
  }

  ended(requestId: string): void {
    this.#requests.delete(requestId);
  }

  /** Prefill: time to first token. Decode: gaps between chunks. */
  recent(instanceId: string, nowMs: number): RecentLatency {
    return this.#of(instanceId).latency(nowMs);
  }

  #of(instanceId: string): RecentValues {
    const values = this.#instances.get(instanceId);
    if (!values) throw new RangeError(`unknown instance ${instanceId}`);
    return values;
  }
}
