import type { PolicyRequest } from '../domain/request.ts';
import { IterationWatch } from './iterations.ts';
import type { DecodeLoad, Load, PrefillLoad, WaitingPrompt } from './load.ts';
import type { PrefillWatch } from './prefill-watch.ts';
import { RateEstimate, RecentQuantile, SmoothedMean } from './rate.ts';

/** How long rates remember: prefill queues answer within seconds, a decode batch over the life of a request. */
export const RATE_MEMORY_MS = 5000;
const DECODE_RATE_MEMORY_MS = 15_000;
/** Over how many requests mean lengths are taken. */
export const LENGTH_MEMORY = 100;
const AFTER_PREFILL_MEMORY = 64;

/** A request under way. */
export interface TrackedRequest {
  readonly request: PolicyRequest;
  readonly prefill: PrefillState;
  readonly decode: DecodeState;
  prefilled: boolean;
  prefilledAtMs: number;
  firstTokenMs: number | null;
  /** Told one by one; what came with whole steps is counted by the instance. */
  ownTokens: number;
  /** Its instance's steps when it began to stream. */
  stepsBefore: number;
}

abstract class InstanceState<L extends Load> {
  readonly id: string;
  readonly rate: RateEstimate;
  readonly promptTokens = new SmoothedMean(LENGTH_MEMORY);
  idleSinceMs: number | null = 0;
  /** Changes with everything that a load shows beside the time. */
  version = 0;
  /** Counts what nobody should wait long to answer to: requests that are sent here, and ends of prefill. */
  news = 0;
  /** The load as it was asked for last. */
  #known: L | null = null;
  #knownVersion = 0;
  #knownAtMs = 0;

  constructor(id: string, rateMemoryMs = RATE_MEMORY_MS) {
    this.id = id;
    this.rate = new RateEstimate(rateMemoryMs);
  }

  abstract load(nowMs: number): L;

  /** Nothing is under way here. */
  abstract get empty(): boolean;

  /** The same object as long as nothing has changed and the time is the same. */
  known(nowMs: number): L {
    if (this.#known !== null && this.#knownAtMs === nowMs && this.#knownVersion === this.version) return this.#known;
    this.#known = this.load(nowMs);
    this.#knownVersion = this.version;
    this.#knownAtMs = nowMs;
    return this.#known;
  }

  protected arrived({ promptTokens }: PolicyRequest, nowMs: number): void {
    this.rate.add(nowMs);
    this.promptTokens.add(promptTokens);
    this.idleSinceMs = null;
    this.version++;
    this.news++;
  }
}

/** What is known of a prefill instance. */
export class PrefillState extends InstanceState<PrefillLoad> {
  /** In order of dispatch: not yet computed. */
  readonly requests = new Map<string, TrackedRequest>();
  readonly afterPrefillMs = new RecentQuantile(AFTER_PREFILL_MEMORY);
  /** What ends of prefill tell of iterations, where anybody learns from them. */
  watch: PrefillWatch | null = null;
  waitingTokens = 0;
  running = 0;
  headSinceMs: number | null = null;

  override get empty(): boolean {
    return this.requests.size === 0;
  }

  add(tracked: TrackedRequest, nowMs: number): void {
    this.arrived(tracked.request, nowMs);
    this.requests.set(tracked.request.id, tracked);
    this.waitingTokens += tracked.request.promptTokens;
    this.watch?.sent(tracked.request, nowMs);
    if (this.headSinceMs !== null) return;
    this.headSinceMs = nowMs;
    this.running = 1;
  }

  /** Whatever waits when one is done runs next: an iteration ends for all that are in it. */
  remove({ request }: TrackedRequest, nowMs: number): void {
    if (!this.requests.delete(request.id)) return;
    this.waitingTokens -= request.promptTokens;
    this.watch?.left(request.id);
    this.running = this.requests.size;
    this.headSinceMs = this.running === 0 ? null : nowMs;
    this.idleSinceMs = this.running === 0 ? nowMs : null;
    this.version++;
    this.news++;
  }

  override load(nowMs: number): PrefillLoad {
    const waiting: WaitingPrompt[] = [];
    for (const { request } of this.requests.values()) waiting.push(request);
    return {
      phase: 'prefill',
      waiting,
      waitingTokens: this.waitingTokens,
      running: this.running,
      headSinceMs: this.headSinceMs,
      requestRatePerS: this.rate.perS(nowMs),
      meanPromptTokens: this.promptTokens.value,
      idleSinceMs: this.idleSinceMs,
      afterPrefillMs: this.afterPrefillMs.quantile(0.95, 0),
    };
  }
}

/** What is known of a decode instance. */
export class DecodeState extends InstanceState<DecodeLoad> {
  /** All that are routed here and have not ended. */
  requests = 0;
  batch = 0;
  kvTokens = 0;
  incomingTokens = 0;
  /** What the streams tell of iterations. */
  readonly iterations = new IterationWatch();
  /** Iterations told as a whole. */
  steps = 0;
  /** Began to stream since the last of those, oldest first. */
  readonly #fresh = new Set<TrackedRequest>();
  /** Of the requests that stream: when their first tokens came, summed. */
  firstTokenSumMs = 0;
  streamedGaps = 0;
  /** Tokens and completions, both forgetting alike: their ratio is the expected output length, long ones still running included. */
  outputTokens = 0;
  completions = 0;

  constructor(id: string) {
    super(id, DECODE_RATE_MEMORY_MS);
  }

  override get empty(): boolean {
    return this.requests === 0;
  }

  add({ request }: TrackedRequest, nowMs: number): void {
    this.arrived(request, nowMs);
    this.requests++;
    this.incomingTokens += request.promptTokens;
  }

  firstToken(tracked: TrackedRequest, nowMs: number): void {
    const { promptTokens } = tracked.request;
    tracked.firstTokenMs = nowMs;
    tracked.stepsBefore = this.steps;
    this.#fresh.add(tracked);
    this.batch++;
    this.incomingTokens -= promptTokens;
    this.kvTokens += promptTokens;
    this.firstTokenSumMs += nowMs;
    // The first token of all ends no gap.
    this.streamedGaps--;
  }

  /** An iteration as a whole gave `tokens` requests a token each: whoever began to stream while it ran got none. */
  stepped(tokens: number): void {
    this.steps++;
    this.count(this.#fresh.size === 0 ? this.batch : this.batch - this.#passOver(this.batch - tokens));
  }

  /** The youngest of the fresh ones got no token of the present step; from the next one on they are as all others. @returns how many */
  #passOver(most: number): number {
    const without = Math.min(Math.max(0, most), this.#fresh.size);
    let before = this.#fresh.size - without;
    for (const tracked of this.#fresh) if (before-- <= 0) tracked.stepsBefore++;
    this.#fresh.clear();
    return without;
  }

  /** Of one request or of all that stream: every token but the first ends a gap. */
  count(tokens: number): void {
    this.kvTokens += tokens;
    this.outputTokens += tokens;
    this.streamedGaps += tokens;
    this.version++;
  }

  remove(tracked: TrackedRequest, completed: boolean, nowMs: number): void {
    const { promptTokens } = tracked.request;
    this.requests--;
    this.version++;
    if (tracked.firstTokenMs === null) this.incomingTokens -= promptTokens;
    else {
      const output = tracked.ownTokens + this.steps - tracked.stepsBefore;
      this.#fresh.delete(tracked);
      this.batch--;
      this.kvTokens -= promptTokens + output;
      this.firstTokenSumMs -= tracked.firstTokenMs;
      this.streamedGaps -= output - 1;
    }
    this.idleSinceMs = this.requests === 0 ? nowMs : null;
    if (this.batch === 0) this.firstTokenSumMs = 0;
    if (completed) this.#completed();
  }

  override load(nowMs: number): DecodeLoad {
    return {
      phase: 'decode',
      batch: this.batch,
      kvTokens: this.kvTokens,
      incoming: this.requests - this.batch,
      incomingTokens: this.incomingTokens,
      streamedGaps: this.streamedGaps,
      streamedMs: Math.max(0, this.batch * nowMs - this.firstTokenSumMs),
      requestRatePerS: this.rate.perS(nowMs),
      meanOutputTokens: this.completions > 0 ? this.outputTokens / this.completions : null,
      meanPromptTokens: this.promptTokens.value,
      idleSinceMs: this.idleSinceMs,
    };
  }

  #completed(): void {
    this.completions++;
    if (this.completions < LENGTH_MEMORY) return;
    this.completions /= 2;
    this.outputTokens /= 2;
  }
}
