import { expect } from 'chai';
import fc from 'fast-check';
import type { ArrivedRequest, RequestTelemetry, TelemetryListener } from '../../src/ports/telemetry-listener.ts';

const arrived = (id: string): ArrivedRequest => ({ id, model: 'm', tenant: 't', arrivalMs: 0, promptTokens: 10, estimated: true });

/** What may be said of a request, in whatever order. */
const SAYINGS: readonly ((request: RequestTelemetry, atMs: number) => void)[] = [
  (request, atMs) => request.routed('p0', 'd0', atMs),
  (request, atMs) => request.routed('p1', 'd1', atMs),
  (request, atMs) => request.prefillDone(atMs),
  (request, atMs) => request.tokens(3, atMs),
  (request, atMs) => request.ended('completed', atMs, { promptTokens: 12, cachedTokens: 4, outputTokens: 5 }),
  (request, atMs) => request.ended('failed', atMs),
  (request, atMs) => request.ended('cancelled', atMs),
];

/** Every TelemetryListener passes this. `state` is everything that it would show. */
export const telemetryListenerContract = (name: string, make: () => { readonly listener: TelemetryListener; state(): unknown }): void => {
  describe(`telemetry listener contract: ${name}`, () => {
    it('never throws, whatever is said of a request in whatever order', () => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...SAYINGS), { maxLength: 12 }), (sayings) => {
          const { listener } = make();
          listener.rejected(429);
          const request = listener.arrived(arrived('a'));
          sayings.forEach((say, i) => say(request, i));
        }),
      );
    });

    it('ignores all that is said after the end', () => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...SAYINGS), { maxLength: 8 }), (sayings) => {
          const { listener, state } = make();
          const request = listener.arrived(arrived('a'));
          request.routed('p0', 'd0', 1);
          request.tokens(1, 2);
          request.ended('completed', 3);
          const before = JSON.stringify(state());
          sayings.forEach((say, i) => say(request, 4 + i));
          expect(JSON.stringify(state())).to.equal(before);
        }),
      );
    });

    it('hears of every request and refusal', () => {
      const { listener, state } = make();
      const seen = [JSON.stringify(state())];
      listener.rejected(401);
      seen.push(JSON.stringify(state()));
      listener.arrived(arrived('a')).ended('cancelled', 5);
      seen.push(JSON.stringify(state()));
      expect(new Set(seen).size).to.equal(3);
    });
  });
};
