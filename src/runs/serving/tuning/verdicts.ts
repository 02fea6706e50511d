import { domainOf, type Instance } from '../../../domain/instance.ts';
import type { RequestVerdict } from '../../../domain/live-tuning.ts';
import type { Slo } from '../../../domain/slo.ts';
import { sloVerdict } from '../../../telemetry/latency.ts';
import type { FinishedRequest } from '../live-tally.ts';

/** Between two looks; whoever is not looked at for long does not grow. */
const MOST_KEPT = 100_000;

/** Requests that ended since the last look, judged by their promises. */
export class Verdicts {
  readonly #slo: Slo;
  readonly #instance: (id: string) => Instance | null;
  #fresh: RequestVerdict[] = [];

  constructor(slo: Slo, instance: (id: string) => Instance | null) {
    this.#slo = slo;
    this.#instance = instance;
  }

  /** What its client gave up is nobody's miss, and what was never sent anywhere is no domain's. */
  add({ status, arrivalMs, firstTokenMs, endMs, outputTokens, prefill, decode }: FinishedRequest): void {
    if (status === 'cancelled' || prefill === null || decode === null || this.#fresh.length >= MOST_KEPT) return;
    const [prefillInstance, decodeInstance] = [this.#instance(prefill), this.#instance(decode)];
    if (!prefillInstance || !decodeInstance) return;
    const gaps = outputTokens - 1;
    const meanGapMs = firstTokenMs === null || gaps <= 0 ? null : (endMs - firstTokenMs) / gaps;
    const { ttft, itl } = sloVerdict({ status, intendedMs: arrivalMs, firstTokenMs, endMs, meanGapMs }, this.#slo);
    const [prefillDomain, decodeDomain] = [domainOf(prefillInstance), domainOf(decodeInstance)];
    this.#fresh.push({ arrivalMs, endMs, prefillDomain, decodeDomain, ttftMet: ttft, itlMet: itl });
  }

  take(): readonly RequestVerdict[] {
    if (this.#fresh.length === 0) return this.#fresh;
    const taken = this.#fresh;
    this.#fresh = [];
    return taken;
  }
}
