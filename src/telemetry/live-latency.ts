import type { Instance } from '../domain/instance.ts';
import type { PolicyRequest } from '../domain/request.ts';
import type { Slo } from '../domain/slo.ts';
import type { RecentLatency, Snapshot } from '../domain/snapshot.ts';
import { MS_PER_S } from '../domain/units.ts';
import { quantile } from '../statistics/quantile.ts';
import { WindowedHistogram, WINDOW_MS } from './windowed-histogram.ts';

/** Enough for a 95th percentile that means something, few enough to sort in no time. */
const KEPT = 256;
/** Older values tell nothing of the present. */
const MAX_AGE_MS = 10_000;

/** The newest values with their times, in a ring. */
class RecentValues {
  readonly #values = new Float64Array(KEPT);
  readonly #atMs = new Float64Array(KEPT).fill(-Infinity);
  #next = 0;

  /** @returns the value */
  add(value: number, nowMs: number): number {
    this.#values[this.#next] = value;
    this.#atMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % KEPT;
    return value;
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

/** What clients feel at the moment, from what passes through the gateway: one look-up and two writes per chunk. */
export class LiveLatency {
  readonly #instances = new Map<string, RecentValues>();
  readonly #requests = new Map<string, LiveRequest>();
  readonly #ttft: WindowedHistogram;
  readonly #gaps: WindowedHistogram;
  #firstRequestAtMs: number | null = null;
  #outputTokens = 0;

  constructor(instances: readonly Instance[], slo: Slo) {
    this.#ttft = new WindowedHistogram(slo.ttftMs);
    this.#gaps = new WindowedHistogram(slo.itlMs);
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
    if (request.lastTokenMs === null) this.#ttft.add(request.prefill.add(nowMs - request.arrivalMs, nowMs), nowMs);
    else this.#gaps.add(request.decode.add(nowMs - request.lastTokenMs, nowMs), nowMs);
    request.lastTokenMs = nowMs;
  }

  /** Of the whole fleet, of the last half to whole window. */
  histograms(nowMs: number): NonNullable<Snapshot['histograms']> {
    return { windowS: WINDOW_MS / MS_PER_S, ttftMs: this.#ttft.histogram(nowMs), itlMs: this.#gaps.histogram(nowMs) };
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
