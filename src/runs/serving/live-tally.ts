import type { Slo } from '../../domain/slo.ts';
import type { ArrivedRequest, RequestTelemetry, RequestUsage, TelemetryListener } from '../../ports/telemetry-listener.ts';
import type { MeterSample } from '../../telemetry/meter-sample.ts';
import { RunTally } from '../../telemetry/run-tally.ts';

/** One request at the gateway, until its end is written down. */
class LiveRequest implements RequestTelemetry {
  readonly #book: LiveTally;
  readonly #arrived: ArrivedRequest;
  #firstTokenMs: number | null = null;
  #lastTokenMs = 0;
  #tokens = 0;
  #over = false;

  constructor(book: LiveTally, arrived: ArrivedRequest) {
    this.#book = book;
    this.#arrived = arrived;
  }

  routed(): void {
    // Where it ran is no part of a run's record.
  }

  prefillDone(): void {
    // Its client sees the first token only.
  }

  tokens(count: number, atMs: number): void {
    if (this.#over) return;
    if (this.#firstTokenMs === null) this.#firstTokenMs = atMs;
    else this.#book.tally.gaps(atMs - this.#lastTokenMs, 1);
    this.#book.tally.tokens(count, this.#book.sinceStart(atMs));
    this.#lastTokenMs = atMs;
    this.#tokens += count;
  }

  ended(how: 'completed' | 'failed' | 'cancelled', atMs: number, usage?: RequestUsage): void {
    if (this.#over) return;
    this.#over = true;
    const { arrivalMs, promptTokens } = this.#arrived;
    const book = this.#book;
    book.tally.ended({
      request: { arrivalMs: book.sinceStart(arrivalMs), promptTokens: usage?.promptTokens ?? promptTokens },
      status: how,
      firstTokenMs: this.#firstTokenMs === null ? null : book.sinceStart(this.#firstTokenMs),
      endMs: book.sinceStart(atMs),
      outputTokens: usage?.outputTokens ?? this.#tokens,
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

  constructor(slo: Slo) {
    this.#slo = slo;
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
