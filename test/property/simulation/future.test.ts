import { expect } from 'chai';
import fc from 'fast-check';
import { FleetControl, type FleetControlOptions } from '../../../src/control/fleet-control.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { clockTable } from '../../../src/emulation/instance.ts';
import type { GOVERNORS } from '../../../src/governing/registry.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import type { ROUTINGS } from '../../../src/routing/registry.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';
import { gpu } from '../../fixtures/world/shipped.ts';
import { demoSchedule, simulate, worldOf, type SimulatedRun } from '../../fixtures/world/simulated-runs.ts';

const world = worldOf();

interface Decision {
  readonly nowMs: number;
  readonly text: string;
}

type Ids = readonly [(typeof GOVERNORS)[number], (typeof ROUTINGS)[number]];

/** A run, and everything that its policies were shown and answered. */
const witnessed = ([governorId, routingId]: Ids, schedule: readonly WorkloadRequest[]): { run: SimulatedRun; decisions: Decision[] } => {
  const decisions: Decision[] = [];
  const witness =
    <Q extends { nowMs: number }, A>(answer: (question: Q) => A) =>
    (question: Q): A => {
      const answered = answer(question);
      decisions.push({ nowMs: question.nowMs, text: JSON.stringify([question, answered]) });
      return answered;
    };
  const governor = createGovernor(governorId, { fixedMhz: { prefill: 1005, decode: 690 } });
  const routing = createRouting(routingId);
  const options: FleetControlOptions = {
    instances: world.specs.map(({ id, role }) => ({
      id,
      role,
      gpuCount: 1,
      supportedMhz: clockTable(gpu),
      startMhz: 1410,
      predictor: predictorOf(id),
    })),
    slo: { ttftMs: 1000, itlMs: 50 },
    governor: { id: governorId, decide: witness((question) => governor.decide(question)) },
    routing: { id: routingId, choose: witness((question) => routing.choose(question)) },
    maxTransitionsPerS: 2,
    dwellMs: 400,
  };
  return { run: simulate(world, new FleetControl(options), schedule), decisions };
};

/** Another future: whatever has not ended by then gets another output length, no shorter than what it had already produced. */
const otherFuture = (
  schedule: readonly WorkloadRequest[],
  { outcomes }: SimulatedRun,
  nowMs: number,
  lengths: readonly number[],
): WorkloadRequest[] =>
  schedule.map((request, i) => {
    const outcome = outcomes[i]!;
    if (outcome.endMs !== null && outcome.endMs <= nowMs) return request;
    let atMs = outcome.firstTokenMs ?? Infinity;
    let produced = 0;
    for (const gapMs of [0, ...outcome.gapsMs]) {
      atMs += gapMs;
      if (atMs <= nowMs) produced++;
    }
    return { ...request, maxTokens: produced + lengths[i % lengths.length]! };
  });

const until = (decisions: readonly Decision[], nowMs: number): string[] =>
  decisions.filter((decision) => decision.nowMs <= nowMs).map(({ text }) => text);

describe('the future', () => {
  for (const ids of [
    ['slo', 'eco'],
    ['slo', 'least-requests'],
    ['fixed', 'round-robin'],
  ] as const) {
    it(`of requests that have not ended changes no decision until now: ${ids.join(' with ')}`, function () {
      this.timeout(60_000);
      let changed = 0;
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 1000 }),
          fc.integer({ min: 500, max: 6000 }),
          fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 3, maxLength: 9 }),
          (seed, nowMs, lengths) => {
            const schedule = demoSchedule(seed, 40);
            const one = witnessed(ids, schedule);
            const other = witnessed(ids, otherFuture(schedule, one.run, nowMs, lengths));
            expect(until(other.decisions, nowMs)).to.deep.equal(until(one.decisions, nowMs));
            if (other.decisions.length !== one.decisions.length) changed++;
          },
        ),
        { numRuns: 8 },
      );
      // The futures really were different ones.
      expect(changed).to.be.above(0);
    });
  }

  it('is not in anything that a policy is shown', () => {
    const { decisions } = witnessed(['slo', 'eco'], demoSchedule(1, 20));
    expect(decisions.length).to.be.above(100);
    for (const { text } of decisions) expect(text).to.not.include('maxTokens');
  });
});
