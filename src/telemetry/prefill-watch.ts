import type { PolicyRequest } from '../domain/request.ts';

/** An iteration of a prefill instance, as the ends of its prompts show it. */
export interface PrefillIteration {
  readonly prompts: number;
  readonly tokens: number;
  /** The clock that held throughout; null where it changed. */
  readonly clockMhz: number | null;
  /** From when it could begin until its prompts were told to be done, hand-overs included. */
  readonly latencyMs: number;
  /** Of a prompt that found the instance empty, that holds a whole hand-over; of one that followed others, nothing but what theirs was shorter. */
  readonly followed: boolean;
  /** Tokens whose hand-over it holds: of a prompt of it, less those of a prompt of the one before. */
  readonly handedTokens: number;
  /** When the last of its prompts was told to be done. */
  readonly atMs: number;
}

/** A prompt that came so shortly before the end of an iteration may have missed the next one, or not: the hand-over of the KV lies between. */
const UNSURE_MS = 40;
/** What is done this much later than the others was no part of their iteration. */
const MOST_APART_MS = 60;
/** Engines put so many tokens into one iteration; beyond, nobody knows where they cut. */
const MOST_TOKENS = 16_384;
/** Whoever does not take them loses the oldest. */
const MOST_KEPT = 64;

interface Running {
  readonly prompts: number;
  readonly tokens: number;
  /** When it was sent to an empty instance, or the mean of the ends of the iteration before. */
  readonly startMs: number;
  /** Of the iteration before, tokens of a prompt; null where it found the instance empty. */
  readonly beforeTokens: number | null;
  /** Not done yet. */
  readonly left: Set<string>;
  firstDoneMs: number;
  doneSumMs: number;
}

/**
 * Iteration latencies of a prefill instance from outside: of a prompt that finds it empty, and of those that wait meanwhile, which are
 * the next iteration, in order, and begin with the end of the one before. The time of the first holds the rendezvous and the hand-over
 * of its KV, too; from end to end of two that follow each other only the difference of theirs is left.
 */
export class PrefillWatch {
  /** In order of arrival, those that run included. */
  readonly #waiting = new Map<string, { readonly atMs: number; readonly tokens: number }>();
  #running: Running | null = null;
  #iterations: PrefillIteration[] = [];
  #clockMhz: number | null = null;
  #validFromMs = Infinity;
  #lost = 0;

  /** How often it could not be told what ran: work of unknown size was done then. */
  get lost(): number {
    return this.#lost;
  }

  /** The clock that holds from now on; null while a change is under way or settles. */
  clock(clockMhz: number | null, nowMs: number): void {
    if (clockMhz === this.#clockMhz) return;
    this.#clockMhz = clockMhz;
    this.#validFromMs = clockMhz === null ? Infinity : nowMs;
  }

  /** A request was sent here. Of one that shares its beginning with others nobody knows how much is to be computed. */
  sent({ id, promptTokens, prefix }: PolicyRequest, nowMs: number): void {
    const idle = this.#waiting.size === 0;
    this.#waiting.set(id, { atMs: nowMs, tokens: prefix === undefined ? promptTokens : Infinity });
    if (idle) this.#begin([id], nowMs, null);
  }

  /** Its prefill is over. */
  done(requestId: string, nowMs: number): void {
    const running = this.#running;
    if (running === null || !running.left.delete(requestId)) return;
    this.#waiting.delete(requestId);
    running.firstDoneMs = Math.min(running.firstDoneMs, nowMs);
    running.doneSumMs += nowMs;
    if (running.left.size === 0) this.#ended(running, nowMs);
  }

  /** It left, done or not. What runs cannot be told any more where it was not. */
  left(requestId: string): void {
    if (this.#waiting.delete(requestId)) this.#lose();
  }

  /** Iterations since the last call, oldest first. */
  take(): readonly PrefillIteration[] {
    const taken = this.#iterations;
    if (taken.length > 0) this.#iterations = [];
    return taken;
  }

  #begin(ids: readonly string[], startMs: number, beforeTokens: number | null): void {
    const tokens = ids.reduce((sum, id) => sum + this.#waiting.get(id)!.tokens, 0);
    if (tokens > MOST_TOKENS) return this.#lose();
    this.#running = { prompts: ids.length, tokens, startMs, beforeTokens, left: new Set(ids), firstDoneMs: Infinity, doneSumMs: 0 };
  }

  #ended({ prompts, tokens, startMs, beforeTokens, firstDoneMs, doneSumMs }: Running, nowMs: number): void {
    this.#running = null;
    if (nowMs - firstDoneMs > MOST_APART_MS) return this.#lose();
    const endMs = doneSumMs / prompts;
    this.#iterations.push({
      prompts,
      tokens,
      clockMhz: startMs >= this.#validFromMs ? this.#clockMhz : null,
      latencyMs: endMs - startMs,
      followed: beforeTokens !== null,
      handedTokens: tokens / prompts - (beforeTokens ?? 0),
      atMs: nowMs,
    });
    if (this.#iterations.length > MOST_KEPT) this.#iterations.shift();
    if (this.#waiting.size > 0) this.#next(endMs, tokens / prompts, firstDoneMs);
  }

  /** What waited, in order, runs now; not told where it is unsure who did. */
  #next(endMs: number, beforeTokens: number, firstDoneMs: number): void {
    const ids: string[] = [];
    for (const [id, { atMs }] of this.#waiting) {
      if (atMs < firstDoneMs - UNSURE_MS) ids.push(id);
      else if (atMs < firstDoneMs) return this.#lose();
    }
    if (ids.length > 0) this.#begin(ids, endMs, beforeTokens);
    else this.#lose();
  }

  /** Nothing is known until the instance has been empty. */
  #lose(): void {
    this.#lost++;
    this.#running = null;
  }
}
