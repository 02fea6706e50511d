import { expect } from 'chai';
import fc from 'fast-check';
import type { RequestTelemetry } from '../../../src/ports/telemetry-listener.ts';
import { renderMetrics } from '../../../src/telemetry/exposition/render.ts';
import { RequestMetrics } from '../../../src/telemetry/exposition/request-metrics.ts';
import { type Family, parseExposition } from '../../fixtures/exposition.ts';
import { snapshot } from '../../fixtures/tui/snapshots.ts';

const name = fc.constantFrom('a', 'b', 'c"\\\n', 'd');
const step = fc.oneof(
  fc.record({ kind: fc.constant('arrive' as const), model: name, tenant: name, promptTokens: fc.nat(5000), estimated: fc.boolean() }),
  fc.record({ kind: fc.constant('route' as const), which: fc.nat(20), to: fc.nat(2) }),
  fc.record({ kind: fc.constant('prefilled' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('tokens' as const), which: fc.nat(20), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({
    kind: fc.constant('end' as const),
    which: fc.nat(20),
    how: fc.constantFrom('completed' as const, 'failed' as const, 'cancelled' as const),
    usage: fc.option(fc.record({ promptTokens: fc.nat(5000), cachedTokens: fc.nat(100), outputTokens: fc.nat(50) }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('meter' as const),
    joules: fc.double({ min: 0, max: 500, noNaN: true }),
    idleW: fc.double({ min: 0, max: 200, noNaN: true }),
  }),
);

const sumOf = (families: ReadonlyMap<string, Family>, metric: string, labels: Readonly<Record<string, string>> = {}): number =>
  (families.get(metric)?.samples ?? [])
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

describe('request metrics over any history', () => {
  it('every request is in flight or ended, every judged one met or missed, every token and joule counted once', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 120, maxLength: 120 }),
        (steps, pausesMs) => {
          const metrics = new RequestMetrics({ slo: { ttftMs: 200, itlMs: 20 }, mostTenants: 2 });
          const requests: RequestTelemetry[] = [];
          let [atMs, energyJ, meteredJ, read] = [0, 0, 0, false];
          steps.forEach((one, i) => {
            atMs += pausesMs[i]!;
            if (one.kind === 'arrive') {
              const { model, tenant, promptTokens, estimated } = one;
              requests.push(metrics.arrived({ id: String(i), model, tenant, arrivalMs: atMs, promptTokens, estimated }));
              return;
            }
            if (one.kind === 'meter') {
              energyJ += one.joules;
              if (read) meteredJ += 2 * one.joules;
              read = true;
              for (const domain of ['p0', 'd0']) metrics.ledger.domain(domain).metered(energyJ, atMs, one.idleW);
              return;
            }
            const request = requests[one.which % Math.max(1, requests.length)];
            if (one.kind === 'route') request?.routed(`p${one.to}`, `d${one.to}`, atMs);
            else if (one.kind === 'prefilled') request?.prefillDone(atMs);
            else if (one.kind === 'tokens') request?.tokens(one.count, atMs);
            else request?.ended(one.how, atMs, one.usage);
          });
          const families = parseExposition(renderMetrics({ version: '1', snapshot: snapshot(), requests: metrics }));
          const ended = sumOf(families, 'voltana_requests_total');
          expect(ended + sumOf(families, 'voltana_requests_in_flight')).to.equal(requests.length);
          const judged = ended - sumOf(families, 'voltana_requests_total', { outcome: 'cancelled' });
          for (const objective of ['ttft', 'itl', 'joint'])
            expect(sumOf(families, 'voltana_slo_requests_total', { objective })).to.equal(judged);
          expect(sumOf(families, 'voltana_output_tokens_total')).to.equal(sumOf(families, 'voltana_instance_output_tokens_total'));
          expect(sumOf(families, 'voltana_requests_queued')).to.be.within(0, sumOf(families, 'voltana_requests_in_flight'));
          const booked = ['attributed_joules_total', 'unused_joules_total', 'unsettled_joules'];
          const bookedJ = booked.reduce((sum, metric) => sum + sumOf(families, `voltana_energy_${metric}`), 0);
          expect(bookedJ).to.be.closeTo(meteredJ, 1e-9 * Math.max(1, meteredJ));
        },
      ),
      { numRuns: 300 },
    );
  });
});
