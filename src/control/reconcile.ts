import type { EngineGauges } from '../ports/engine.ts';
import type { Load } from '../telemetry/load.ts';
import { countsWords, requestsGap, tokensGap, type Gap } from './reconcile/compare.ts';
import { Lookback, type SeenTotals } from './reconcile/lookback.ts';

/** What an engine's own figures say of ours. */
export interface Verdict {
  /** False: the domain belongs at its maximum clock until this is true again. */
  readonly trusted: boolean;
  /** By how much the engine is busier than was seen (negative: idler), beyond what timing explains, as a fraction; null while it does not tell. */
  readonly disagreement: number | null;
  /** Why it is not trusted. */
  readonly reason: string | null;
}

/** Engines renew their gauges about this often; asking more often only costs them time. */
const LEAST_INTERVAL_MS = 900;
/** More than this, beyond a small absolute slack, is a disagreement. */
const TOLERANCE = 0.1;
/** So many more readings against us than for us, and the instance is no longer trusted; as many for us clear it. */
export const READINGS_TO_TRIP = 5;

const UNKNOWN: Verdict = { trusted: true, disagreement: null, reason: null };

interface Watched {
  readonly lookback: Lookback;
  lastMs: number;
  against: number;
  verdict: Verdict;
}

/**
 * Compares what the gateway believes of its instances with what their engines say. A reading may be some seconds old
 * and a request may be on its way: a reading disagrees only when nothing that we believed lately fits it, and several
 * have to disagree. An engine that tells nothing is believed to agree, or whatever was known of it before.
 */
export class Reconciler {
  readonly #watched = new Map<string, Watched>();

  /**
   * @param seen what the tracker knows at `nowMs`; of an aggregated engine both halves
   * @param totals tokens that the gateway counted there since its start: shows unseen traffic too small for the gauges
   * @returns the standing verdict for a reading within a second of the last
   */
  read(instanceId: string, seen: Load | readonly Load[], gauges: EngineGauges, nowMs: number, totals: SeenTotals | null = null): Verdict {
    const watched = this.#of(instanceId);
    if (nowMs - watched.lastMs < LEAST_INTERVAL_MS) return watched.verdict;
    watched.lastMs = nowMs;
    const loads = Array.isArray(seen) ? (seen as readonly Load[]) : [seen as Load];
    watched.lookback.add(loads, gauges, totals, nowMs);
    const gaps = [requestsGap(watched.lookback, gauges), ...tokensGap(watched.lookback, gauges)].filter((gap) => gap !== null);
    return (watched.verdict = this.#judge(watched, gaps));
  }

  verdict(instanceId: string): Verdict {
    return this.#watched.get(instanceId)?.verdict ?? UNKNOWN;
  }

  /** The instance is gone, or another engine stands in its place. */
  forget(instanceId: string): void {
    this.#watched.delete(instanceId);
  }

  #judge(watched: Watched, gaps: readonly Gap[]): Verdict {
    if (gaps.length === 0) return { ...watched.verdict, disagreement: null };
    const worst = gaps.reduce((one, other) => (Math.abs(other.excess) > Math.abs(one.excess) ? other : one));
    const disagrees = gaps.some(({ excess, tolerance = TOLERANCE }) => Math.abs(excess) > tolerance);
    watched.against = Math.min(READINGS_TO_TRIP, Math.max(0, watched.against + (disagrees ? 1 : -1)));
    const trusted = watched.verdict.trusted ? watched.against < READINGS_TO_TRIP : watched.against === 0;
    const reason = trusted ? null : disagrees ? countsWords(worst) : watched.verdict.reason;
    return { trusted, disagreement: worst.excess, reason };
  }

  #of(instanceId: string): Watched {
    let watched = this.#watched.get(instanceId);
    if (!watched) {
      watched = { lookback: new Lookback(), lastMs: -Infinity, against: 0, verdict: UNKNOWN };
      this.#watched.set(instanceId, watched);
    }
    return watched;
  }
}
