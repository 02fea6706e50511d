import type { Load } from '../../../telemetry/load.ts';
import type { Slo } from '../../../domain/slo.ts';

interface Watched {
  tokens: number;
  movedMs: number;
}

/** So many promised gaps without a token of any request, or promised first tokens without a prompt. */
const GAPS = 20;
const FIRST_TOKENS = 5;
const LEAST_MS = 2000;

/** Instances that have work and get on with none of it. */
export class StallWatch {
  readonly #slo: Slo;
  readonly #watched = new Map<string, Watched>();

  constructor(slo: Slo) {
    this.#slo = slo;
  }

  /**
   * For how long nothing has come from an instance that has work, in ms; null while something does.
   * @param tokens of its phase, ever
   */
  stalledMs(instanceId: string, load: Load, tokens: number, nowMs: number): number | null {
    const busy = load.phase === 'prefill' ? load.waiting.length > 0 : load.batch > 0;
    const watched = this.#watched.get(instanceId);
    if (!busy || !watched || watched.tokens !== tokens) {
      this.#watched.set(instanceId, { tokens, movedMs: nowMs });
      return null;
    }
    const forMs = nowMs - watched.movedMs;
    const limitMs = load.phase === 'prefill' ? FIRST_TOKENS * this.#slo.ttftMs : GAPS * this.#slo.itlMs;
    return forMs > Math.max(LEAST_MS, limitMs) ? forMs : null;
  }
}
