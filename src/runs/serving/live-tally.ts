import type { Slo } from '../../domain/slo.ts';
import type { ArrivedRequest, RequestTelemetry, RequestUsage, TelemetryListener } from '../../ports/telemetry-listener.ts';
import type { MeterSample } from '../../telemetry/meter-sample.ts';
import { RunTally } from '../../telemetry/run-tally.ts';

/** A request that has ended, with times of the gateway's clock; the instances are those of its last attempt, null before the first. */
export interface FinishedRequest {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly arrivalMs: number;
  readonly firstTokenMs: number | null;
  readonly endMs: number;
  readonly outputTokens: number;
  readonly prefill: string | null;
  readonly decode: string | null;
}

/** One request at the gateway, until its end is written down. */
class LiveRequest implements RequestTelemetry {
  readonly #book: LiveTally;
  readonly #arrived: ArrivedRequest;
  #firstTokenMs: number | null = null;
  #lastTokenMs = 0;
  #tokens = 0;
  #prefill: string | null = null;
  #decode: string | null = null;
  #over = false;

  constructor(book: LiveTally, arrived: ArrivedRequest) {
    this.#book = book;
    this.#arrived = arrived;
  }

  routed(prefillId: string, decodeId: string): void {
    [this.#prefill, this.#decode] = [prefillId, decodeId];
  }

  prefillDone(): void {
    // Its client sees the first token only.
  }

  tokens(count: number, atMs: number): void {
    if (this.#over) return;
    if (this.#firstTokenMs === null) this.#firstTokenMs = atMs;
    else this.#book.tally.gaps(atMs - this.#lastTokenMs, 1, this.#book.sinceStart(atMs));
    this.#book.tally.tokens(count, this.#book.sinceStart(atMs));
    this.#lastTokenMs = atMs;
    this.#tokens += count;
  }

  ended(how: 'completed' | 'failed' | 'cancelled', atMs: number, usage?: RequestUsage): void {
    if (this.#over) return;
    this.#over = true;
    const { arrivalMs, promptTokens } = this.#arrived;
    const book = this.#book;
    const [prefill, decode, outputTokens] = [this.#prefill, this.#decode, usage?.outputTokens ?? this.#tokens];
    book.finished?.({ status: how, arrivalMs, firstTokenMs: this.#firstTokenMs, endMs: atMs, outputTokens, prefill, decode });
    book.tally.ended({
      request: { arrivalMs: book.sinceStart(arrivalMs), promptTokens: usage?.promptTokens ?? promptTokens },
      status: how,
      firstTokenMs: this.#firstTokenMs === null ? null : book.sinceStart(this.#firstTokenMs),
      endMs: book.sinceStart(atMs),
      outputTokens,
      error: how === 'failed' ? 'failed at the gateway' : null,
    });
  }
}

/** Real traffic as a run: from its first request on, in memory that does not grow. */
export class LiveTally implements TelemetryListener {
  readonly #slo: Slo;
  readonly #beforehand = new Map<string, MeterSample>();
  #tally: RunTally | null = null;
  #startMs = 0;
  rejections = 0;
  /** Hears of every request that ended, whatever the record makes of it. */
  readonly finished: ((request: FinishedRequest) => void) | undefined;

  constructor(slo: Slo, finished?: (request: FinishedRequest) => void) {
    this.#slo = slo;
    this.finished = finished;
  }

  /** Null before the first request. */
  get begun(): RunTally | null {
    return this.#tally;
  }

  /** @throws Error before the first request */
  get tally(): RunTally {
    if (!this.#tally) throw new Error('no request has arrived yet');
    return this.#tally;
  }

  sinceStart(atMs: number): number {
    return atMs - this.#startMs;
  }

  arrived(request: ArrivedRequest): RequestTelemetry {
    if (this.#tally === null) this.#begin(request.arrivalMs);
    return new LiveRequest(this, request);
  }

  rejected(): void {
    this.rejections++;
  }

  /** @param sample with the gateway's own time */
  metered(sample: MeterSample): void {
    if (this.#tally === null) this.#beforehand.set(sample.instance, sample);
    else this.#tally.sample({ ...sample, atMs: this.sinceStart(sample.atMs) });
  }

  #begin(arrivalMs: number): void {
    this.#startMs = arrivalMs;
    this.#tally = new RunTally({ slo: this.#slo, startMs: 0 });
    // The last readings before it: energy is counted from the first arrival on.
    for (const sample of this.#beforehand.values()) this.metered(sample);
    this.#beforehand.clear();
  }
}
