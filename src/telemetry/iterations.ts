/** The mean of some neighbouring iterations of one decode instance, as its token times show it. */
export interface IterationSample {
  /** Running requests, and the KV tokens that they held: means over the time. */
  readonly batch: number;
  readonly kvTokens: number;
  readonly clockMhz: number;
  readonly latencyMs: number;
  /** When the last of these iterations ended. */
  readonly atMs: number;
  readonly iterations: number;
}

/** Enough to outweigh the jitter of a network, few enough that the batch stays nearly what it was. */
const LEAST_ITERATIONS = 4;
const LEAST_MS = 40;
/** A stretch that finds no silence between two bursts ends all the same. */
const LONGEST_MS = 1000;
/** Requests that all end after a few tokens never show enough: a stretch as long as this is given up. */
const GIVE_UP_MS = 10_000;
/** Tokens of one iteration come closer together than this part of a stream's gap; the silence before the next burst is longer. */
const SILENCE = 0.35;
/** A gap of so many typical ones is a pause of one stream (put back, client slow), in which it did not run. */
const PAUSE = 3;
/** Whoever does not take them loses the oldest. */
const MOST_SAMPLES = 256;
/** More than this part of the requests joined or left: the mean load is none that any of these iterations had. */
const MOST_CHANGE = 0.25;
const ALWAYS_ALLOWED_CHANGE = 2;
/** An engine that runs has a request; a mean below is that of a stretch in which it stood still. */
const LEAST_BATCH = 0.9;

interface Stream {
  atMs: number;
  kvTokens: number;
  /** Its first token has been followed by another: from then on its gaps are whole iterations. */
  running: boolean;
}

interface Gap {
  readonly requestId: string;
  readonly durationMs: number;
  readonly tokens: number;
  readonly kvTokens: number;
  /** False for a request's first gap, which holds a wait for the iteration that ran when it came. */
  readonly whole: boolean;
}

interface Paces {
  readonly latencyMs: number;
  readonly mostTokens: number;
}

/** The pace of each stream over the stretch, and the median of these, each counted as often as it has tokens. */
function pacesOf(gaps: readonly Gap[]): Paces | null {
  const streams = new Map<string, { durationMs: number; tokens: number }>();
  for (const { requestId, durationMs, tokens, whole } of gaps) {
    if (!whole) continue;
    const sum = streams.get(requestId) ?? { durationMs: 0, tokens: 0 };
    streams.set(requestId, { durationMs: sum.durationMs + durationMs, tokens: sum.tokens + tokens });
  }
  if (streams.size === 0) return null;
  const paces = [...streams.values()].sort((a, b) => a.durationMs / a.tokens - b.durationMs / b.tokens);
  let left = paces.reduce((sum, { tokens }) => sum + tokens, 0) / 2;
  const middle = paces.find(({ tokens }) => (left -= tokens) <= 0)!;
  return { latencyMs: middle.durationMs / middle.tokens, mostTokens: Math.max(...paces.map(({ tokens }) => tokens)) };
}

/** How long a gap's request ran in it. */
function ranMs({ durationMs, tokens, whole }: Gap, latencyMs: number): number {
  if (!whole) return Math.min(durationMs, latencyMs);
  return durationMs > PAUSE * tokens * latencyMs ? tokens * latencyMs : durationMs;
}

/**
 * Iteration latencies of a decode instance from outside. Everything that runs gets a token an iteration, so the gaps of a stream,
 * summed over some iterations, tell how long these took, however single chunks were delayed or merged. Stretches begin and end in the
 * silence between two bursts, and never hold a change of clock.
 */
export class IterationWatch {
  readonly #streams = new Map<string, Stream>();
  #samples: IterationSample[] = [];
  #clockMhz: number | null = null;
  /** Gaps that began earlier hold another clock. */
  #validFromMs = Infinity;
  /** Of the stretch under way: the end of the burst before it; null until a silence has shown one. */
  #fromMs: number | null = null;
  #gaps: Gap[] = [];
  #streamsAtStart = 0;
  /** The newest token that ended an iteration. */
  #newestMs = -Infinity;

  /** The clock that holds from now on; null while a change is under way or settles. */
  clock(clockMhz: number | null, nowMs: number): void {
    if (clockMhz === this.#clockMhz) return;
    this.#clockMhz = clockMhz;
    this.#validFromMs = clockMhz === null ? Infinity : nowMs;
    this.#restart(null);
  }

  /** @param kvTokens what the request holds from now on: its prompt and its tokens until these */
  tokens(requestId: string, count: number, kvTokens: number, atMs: number): void {
    const stream = this.#streams.get(requestId);
    if (!stream) {
      this.#streams.set(requestId, { atMs, kvTokens, running: false });
      return;
    }
    const durationMs = atMs - stream.atMs;
    if (atMs - this.#newestMs > SILENCE * durationMs) this.#silence(durationMs);
    if (stream.atMs >= this.#validFromMs && this.#fromMs !== null)
      this.#gaps.push({ requestId, durationMs, tokens: count, kvTokens: stream.kvTokens, whole: stream.running });
    this.#newestMs = Math.max(this.#newestMs, atMs);
    Object.assign(stream, { atMs, kvTokens, running: true });
    if (this.#fromMs !== null && atMs - this.#fromMs > LONGEST_MS) this.#finish();
  }

  ended(requestId: string): void {
    if (!this.#streams.delete(requestId) || this.#streams.size > 0) return;
    this.#finish();
    // What comes next comes after a pause of unknown length.
    this.#newestMs = -Infinity;
    this.#restart(null);
  }

  /** Samples since the last call, oldest first. */
  take(): readonly IterationSample[] {
    const taken = this.#samples;
    if (taken.length > 0) this.#samples = [];
    return taken;
  }

  /** A burst is over: the end of a stretch that is long enough, or the start of the first. */
  #silence(gapMs: number): void {
    if (gapMs <= 0 || this.#newestMs < this.#validFromMs) return;
    if (this.#fromMs === null) this.#restart(this.#newestMs);
    else if (this.#newestMs - this.#fromMs >= LEAST_MS) this.#finish();
  }

  /** Makes a sample of the stretch, if it holds enough, and begins the next one behind it. */
  #finish(): void {
    const paces = pacesOf(this.#gaps);
    const fromMs = this.#fromMs;
    if (fromMs === null) return;
    if (paces === null || paces.mostTokens < LEAST_ITERATIONS) {
      if (this.#newestMs - fromMs > GIVE_UP_MS) this.#restart(null);
      return;
    }
    const sample = this.#sampleOf(paces.latencyMs, fromMs);
    if (sample !== null) this.#samples.push(sample);
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
    this.#restart(this.#newestMs);
  }

  #sampleOf(latencyMs: number, fromMs: number): IterationSample | null {
    const spanMs = this.#newestMs - fromMs;
    if (this.#clockMhz === null || !(latencyMs > 0) || !(spanMs > 0)) return null;
    let [busyMs, tokenMs] = [0, 0];
    for (const gap of this.#gaps) {
      const own = ranMs(gap, latencyMs);
      busyMs += own;
      tokenMs += own * gap.kvTokens;
    }
    const batch = busyMs / spanMs;
    if (batch < LEAST_BATCH) return null;
    const change = Math.abs(this.#streams.size - this.#streamsAtStart);
    if (change > Math.max(ALWAYS_ALLOWED_CHANGE, MOST_CHANGE * batch)) return null;
    const [clockMhz, atMs] = [this.#clockMhz, this.#newestMs];
    return { batch, kvTokens: tokenMs / spanMs, clockMhz, latencyMs, atMs, iterations: Math.round(spanMs / latencyMs) };
  }

  #restart(fromMs: number | null): void {
    this.#fromMs = fromMs;
    this.#gaps = [];
    this.#streamsAtStart = this.#streams.size;
  }
}
