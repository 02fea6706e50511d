import type { ArrivedRequest, RequestTelemetry, RequestUsage, TelemetryListener } from '../ports/telemetry-listener.ts';

class Both implements RequestTelemetry {
  readonly #one: RequestTelemetry;
  readonly #other: RequestTelemetry;

  constructor(one: RequestTelemetry, other: RequestTelemetry) {
    this.#one = one;
    this.#other = other;
  }

  routed(prefillId: string, decodeId: string, atMs: number): void {
    this.#one.routed(prefillId, decodeId, atMs);
    this.#other.routed(prefillId, decodeId, atMs);
  }

  prefillDone(atMs: number): void {
    this.#one.prefillDone(atMs);
    this.#other.prefillDone(atMs);
  }

  tokens(count: number, atMs: number): void {
    this.#one.tokens(count, atMs);
    this.#other.tokens(count, atMs);
  }

  ended(how: 'completed' | 'failed' | 'cancelled', atMs: number, usage?: RequestUsage): void {
    this.#one.ended(how, atMs, usage);
    this.#other.ended(how, atMs, usage);
  }
}

/** Two listeners as one: each hears everything. */
export const bothListeners = (one: TelemetryListener, other: TelemetryListener): TelemetryListener => ({
  arrived: (request: ArrivedRequest) => new Both(one.arrived(request), other.arrived(request)),
  rejected(status) {
    one.rejected(status);
    other.rejected(status);
  },
});
