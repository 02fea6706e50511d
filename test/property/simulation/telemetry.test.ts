import { expect } from 'chai';
import fc from 'fast-check';
import { FleetControl } from '../../../src/control/fleet-control.ts';
import { clockTable } from '../../../src/emulation/device.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { simulateCluster } from '../../../src/simulation/cluster.ts';
import { FleetTracker } from '../../../src/telemetry/fleet-tracker.ts';
import type { Load } from '../../../src/telemetry/load.ts';
import { a100WithRoom } from '../../fixtures/devices.ts';
import { GPU, PACE, specsOf } from '../../fixtures/world/carded.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';

const schedules = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 0, max: 120 }),
      promptTokens: fc.integer({ min: 1, max: 900 }),
      maxTokens: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((requests) => {
    let arrivalMs = 0;
    return requests.map(({ gapMs, ...lengths }, i) => ({ id: `r${i}`, arrivalMs: (arrivalMs += gapMs + 0.1234), ...lengths }));
  });

/** What does not depend on when the gateway is told, but on what of. */
const shown = (load: Load): unknown => {
  if (load.phase === 'prefill') return load;
  const { batch, kvTokens, streamedGaps, incoming, incomingTokens, meanOutputTokens } = load;
  return { batch, kvTokens, streamedGaps, incoming, incomingTokens, meanOutputTokens };
};

describe('what policies of a simulated cluster are told in whole iterations', () => {
  it('is what a gateway that sees every token knows', () => {
    const specs = specsOf(2, 2, { gpu: a100WithRoom(40_000) });
    let compared = 0;
    fc.assert(
      fc.property(schedules, (schedule) => {
        const shadow = new FleetTracker(specs.map(({ id, role, tp }) => ({ id, role, gpuCount: tp })));
        const [governor, routing] = [createGovernor('max', {}), createRouting('least-requests')];
        const control: FleetControl = new FleetControl({
          instances: specs.map(({ id, role, tp }) => ({
            id,
            role,
            gpuCount: tp,
            supportedMhz: clockTable(GPU),
            startMhz: 1410,
            predictor: predictorOf(id),
          })),
          slo: { ttftMs: 800, itlMs: 50 },
          governor: {
            id: 'witness',
            decide(question) {
              for (const { id } of specs.filter(({ role }) => role === 'decode')) {
                const load = control.tracker.load(id, question.nowMs);
                expect(shown(load)).to.deep.equal(shown(shadow.load(id, question.nowMs)));
                compared += load.phase === 'decode' && load.batch > 0 ? 1 : 0;
              }
              return governor.decide(question);
            },
          },
          routing: {
            id: 'witness',
            choose(question) {
              const decision = routing.choose(question);
              if (decision.kind === 'placement') shadow.dispatched(question.request, decision.prefill, decision.decode, question.nowMs);
              return decision;
            },
          },
          maxTransitionsPerS: 2,
          dwellMs: 400,
        });
        const listener = {
          ended: ({ request, status, endMs }: { request: { id: string }; status: string; endMs: number | null }) =>
            void shadow.ended(request.id, status as 'completed', endMs!),
          gaps: () => undefined,
          tokens: () => undefined,
          sample: () => undefined,
          token: (id: string, atMs: number) => shadow.tokens(id, 1, atMs),
        };
        simulateCluster({ specs, schedule, control, ...PACE, tickMs: 7.77 }, listener);
        expect(shadow.inFlight).to.equal(0);
      }),
      { numRuns: 25 },
    );
    expect(compared).to.be.above(1000);
  });
});
