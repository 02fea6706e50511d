import type { EngineGauges } from '../../ports/engine.ts';
import type { Load } from '../../telemetry/load.ts';

/** Tokens of one engine as the gateway counted them, since any moment. */
export interface SeenTotals {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** What an engine could show if it were where our view was: it may not have what is on its way, or have it still. */
export interface Bounds {
  readonly leastRequests: number;
  readonly mostRequests: number;
  /** KV tokens of a decoding engine; null for one that only prefills. */
  readonly mostKvTokens: number | null;
}

interface Totals {
  readonly atMs: number;
  readonly seen: SeenTotals;
  readonly promptTokens: number | null;
  readonly generatedTokens: number | null;
}

/** Tokens of a stretch of time, as counted here and there. */
export interface Stretch {
  readonly seenPrompt: number;
  readonly seenOutput: number;
  readonly enginePrompt: number | null;
  readonly engineOutput: number | null;
}

/** How old a gauge may be, the way of a request and a slow end of a cancelled one together. */
const LAG_MS = 3000;
/** Long enough that tokens under way at its borders weigh little. */
const TOTALS_SPAN_MS = 10_000;

/** Cancelled prompts and transfers under way may or may not show: prefill promises no lower bound. */
const boundsOf = (loads: readonly Load[]): Bounds => {
  let [leastRequests, mostRequests, mostKvTokens]: [number, number, number | null] = [0, 0, null];
  for (const load of loads) {
    if (load.phase === 'prefill') mostRequests += load.waiting.length;
    else {
      leastRequests += load.batch;
      mostRequests += load.batch + load.incoming;
      mostKvTokens = (mostKvTokens ?? 0) + load.kvTokens + load.incomingTokens;
    }
  }
  return { leastRequests, mostRequests, mostKvTokens };
};

const difference = (to: number | null, from: number | null): number | null => (to === null || from === null ? null : to - from);

/** What was believed of one engine lately. */
export class Lookback {
  #bounds: { readonly atMs: number; readonly bounds: Bounds }[] = [];
  #totals: Totals[] = [];

  add(loads: readonly Load[], gauges: EngineGauges, seen: SeenTotals | null, nowMs: number): void {
    // The newest from before the window still held when it began.
    const first = this.#bounds.findLastIndex(({ atMs }) => nowMs - atMs >= LAG_MS);
    this.#bounds = [...this.#bounds.slice(Math.max(0, first)), { atMs: nowMs, bounds: boundsOf(loads) }];
    if (seen !== null) this.#addTotals(gauges, seen, nowMs);
  }

  /** The widest of all that was believed within the lag. */
  get bounds(): Bounds {
    return this.#bounds.reduce<Bounds>(
      (widest, { bounds }) => ({
        leastRequests: Math.min(widest.leastRequests, bounds.leastRequests),
        mostRequests: Math.max(widest.mostRequests, bounds.mostRequests),
        mostKvTokens: bounds.mostKvTokens === null ? widest.mostKvTokens : Math.max(widest.mostKvTokens ?? 0, bounds.mostKvTokens),
      }),
      { leastRequests: Infinity, mostRequests: 0, mostKvTokens: null },
    );
  }

  /** Null until totals of several seconds are known. */
  get stretch(): Stretch | null {
    const [from, to] = [this.#totals[0], this.#totals.at(-1)];
    if (!from || !to || to.atMs - from.atMs < LAG_MS) return null;
    return {
      seenPrompt: to.seen.promptTokens - from.seen.promptTokens,
      seenOutput: to.seen.outputTokens - from.seen.outputTokens,
      enginePrompt: difference(to.promptTokens, from.promptTokens),
      engineOutput: difference(to.generatedTokens, from.generatedTokens),
    };
  }

  #addTotals({ promptTokensTotal, generatedTokensTotal }: EngineGauges, seen: SeenTotals, nowMs: number): void {
    const last = this.#totals.at(-1);
    const restarted = (now: number | null, before: number | null | undefined): boolean => (now ?? 0) < (before ?? 0);
    if (last && (restarted(promptTokensTotal, last.promptTokens) || restarted(generatedTokensTotal, last.generatedTokens)))
      this.#totals = [];
    const first = this.#totals.findLastIndex(({ atMs }) => nowMs - atMs >= TOTALS_SPAN_MS);
    const kept = this.#totals.slice(Math.max(0, first));
    this.#totals = [...kept, { atMs: nowMs, seen, promptTokens: promptTokensTotal, generatedTokens: generatedTokensTotal }];
  }
}
