import { MS_PER_S } from '../../domain/units.ts';
import type { Slo } from '../../domain/slo.ts';
import type { ArrivedRequest, RequestTelemetry, RequestUsage } from '../../ports/telemetry-listener.ts';
import type { DomainLedger, TokenCell } from '../accounting/domain-ledger.ts';
import type { SentPrompt } from '../accounting/prefill-spans.ts';
import { sloVerdict } from '../latency.ts';
import type { InstanceSeries, ModelSeries, Outcome, TenantSeries } from './request-series.ts';

/** Where a request's counts go while it runs on an instance. */
export interface Places {
  readonly slo: Slo;
  placeOf(instanceId: string): { readonly series: InstanceSeries; readonly ledger: DomainLedger };
  /** A prompt's tokens had been guessed; this is what they were. */
  guessed?(guess: number, tokens: number): void;
}

interface Prefilling {
  readonly prompt: SentPrompt;
  readonly ledger: DomainLedger;
  readonly series: InstanceSeries;
}

/** One request under way, with everything at hand that its chunks change. */
export class LiveRequest implements RequestTelemetry {
  readonly #request: ArrivedRequest;
  readonly #places: Places;
  readonly #model: ModelSeries;
  readonly #tenant: TenantSeries;
  #prefilling: Prefilling | null = null;
  #decode: InstanceSeries | null = null;
  #cell: TokenCell | null = null;
  #routed = false;
  #ended = false;
  #prefilledOn: InstanceSeries | null = null;
  #firstMs = -1;
  #lastMs = -1;
  #tokens = 0;

  constructor(request: ArrivedRequest, places: Places, model: ModelSeries, tenant: TenantSeries) {
    this.#request = request;
    this.#places = places;
    this.#model = model;
    this.#tenant = tenant;
    model.inFlight++;
    model.queued++;
  }

  routed(prefillId: string, decodeId: string, atMs: number): void {
    if (this.#ended) return;
    if (this.#routed) this.#model.retries++;
    else this.#model.queued--;
    this.#routed = true;
    // The first attempt's prompt, if it was being computed, was computed for nothing: it is charged all the same.
    this.#leavePrefill(false, atMs);
    const { account } = this.#tenant;
    const [prefill, decode] = [this.#places.placeOf(prefillId), this.#places.placeOf(decodeId)];
    const prompt: SentPrompt = { account, promptTokens: this.#request.promptTokens, sentMs: atMs };
    this.#prefilling = { prompt, ...prefill };
    prefill.ledger.prefillSent(prompt);
    prefill.series.requests++;
    decode.series.requests++;
    this.#decode = decode.series;
    this.#cell = decode.ledger.cell(account);
  }

  prefillDone(atMs: number): void {
    if (!this.#ended) this.#leavePrefill(true, atMs);
  }

  tokens(count: number, atMs: number): void {
    if (this.#ended || this.#cell === null) return;
    if (this.#firstMs < 0) {
      this.#firstMs = atMs;
      this.#leavePrefill(true, atMs);
      this.#model.ttftS.add((atMs - this.#request.arrivalMs) / MS_PER_S);
    } else this.#model.tokenGapS.add((atMs - this.#lastMs) / MS_PER_S / count, count);
    this.#lastMs = atMs;
    this.#count(count);
  }

  ended(how: Outcome, atMs: number, usage?: RequestUsage): void {
    if (this.#ended) return;
    this.#leavePrefill(how === 'completed', atMs);
    if (usage?.outputTokens !== undefined && this.#cell !== null) this.#count(Math.max(0, usage.outputTokens - this.#tokens));
    this.#ended = true;
    this.#model.inFlight--;
    if (!this.#routed) this.#model.queued--;
    this.#tenant.requests[how]++;
    this.#countPrompt(usage);
    if (how === 'completed') this.#model.durationS.add((atMs - this.#request.arrivalMs) / MS_PER_S);
    if (how !== 'cancelled') this.#model.judged(sloVerdict({ ...this.#answer(how), endMs: atMs }, this.#places.slo));
  }

  #answer(status: 'completed' | 'failed') {
    const gaps = this.#tokens - 1;
    return {
      status,
      intendedMs: this.#request.arrivalMs,
      firstTokenMs: this.#firstMs < 0 ? null : this.#firstMs,
      meanGapMs: gaps > 0 && this.#lastMs >= 0 ? (this.#lastMs - this.#firstMs) / gaps : null,
    };
  }

  #count(tokens: number): void {
    this.#tokens += tokens;
    this.#tenant.outputTokens += tokens;
    this.#decode!.outputTokens += tokens;
    this.#cell!.tokens += tokens;
  }

  /** A prompt that no engine computed costs its tenant nothing. */
  #countPrompt(usage: RequestUsage | undefined): void {
    const { promptTokens, estimated } = this.#request;
    if (usage || this.#prefilledOn) this.#tenant.promptTokens += usage?.promptTokens ?? promptTokens;
    if (!usage) return;
    if (this.#prefilledOn) this.#prefilledOn.promptTokens += usage.promptTokens - promptTokens;
    if (estimated) this.#places.guessed?.(promptTokens, usage.promptTokens);
    this.#tenant.cachedTokens += usage.cachedTokens ?? 0;
    if (estimated && usage.promptTokens > 0) this.#model.estimateError.add(Math.abs(promptTokens / usage.promptTokens - 1));
  }

  #leavePrefill(finished: boolean, atMs: number): void {
    const prefilling = this.#prefilling;
    if (prefilling === null) return;
    this.#prefilling = null;
    prefilling.ledger.prefillLeft(prefilling.prompt, finished, atMs);
    if (!finished) return;
    this.#prefilledOn = prefilling.series;
    prefilling.series.promptTokens += this.#request.promptTokens;
  }
}
