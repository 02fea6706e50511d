import { expect } from 'chai';
import fc from 'fast-check';
import type { Predictor } from '../../src/prediction/predictor.ts';
import type { Candidate, Placement, RoutingPolicy, RoutingQuestion } from '../../src/routing/policy.ts';
import { createRouting, ROUTINGS, type RoutingId } from '../../src/routing/registry.ts';
import type { Load } from '../../src/telemetry/load.ts';
import { anyDecodeLoad, anyPrefillLoad, NOW_MS, predictorOf } from '../fixtures/world/loads.ts';
import { clocksMhz } from '../fixtures/world/shipped.ts';

const PREDICTORS = { prefill: [predictorOf('p0'), predictorOf('p1')], decode: [predictorOf('d0'), predictorOf('d1')] };

const candidates = <L extends Load>(role: L['phase'], loads: fc.Arbitrary<L>): fc.Arbitrary<Candidate<L>[]> =>
  fc
    .array(
      fc.record({ load: loads, currentMhz: fc.constantFrom(...clocksMhz), predictor: fc.constantFrom<Predictor>(...PREDICTORS[role]) }),
      { minLength: 1, maxLength: 5 },
    )
    .map((parts) => parts.map((part, i) => ({ ...part, id: `${role}-${i}`, clocksMhz, kvCapacityTokens: null })));

const questions: fc.Arbitrary<RoutingQuestion> = fc.record({
  nowMs: fc.constant(NOW_MS),
  request: fc.record({ id: fc.constant('r1'), arrivalMs: fc.constant(NOW_MS), promptTokens: fc.integer({ min: 1, max: 8000 }) }),
  slo: fc.record({ ttftMs: fc.constant(1000), itlMs: fc.integer({ min: 1, max: 100 }) }),
  arrivals: fc.record({
    requestRatePerS: fc.double({ min: 0, max: 100, noNaN: true }),
    meanPromptTokens: fc.option(fc.integer({ min: 1, max: 8000 })),
    queued: fc.integer({ min: 1, max: 50 }),
    queuedTokens: fc.integer({ min: 1, max: 100_000 }),
  }),
  prefill: candidates('prefill', anyPrefillLoad),
  decode: candidates('decode', anyDecodeLoad),
});

const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);
const textOf = (question: RoutingQuestion): string => JSON.stringify(question);

/** Leave something to chance on purpose, at both roles or at prefill alone. */
const DRAWN: Partial<Record<RoutingId, readonly Load['phase'][]>> = {
  random: ['prefill', 'decode'],
  'tile-aware': ['prefill'],
  'what-if': ['prefill'],
};
const drawn = (id: RoutingId, role: Load['phase']): boolean => DRAWN[id]?.includes(role) ?? false;

/** Far beyond any SLO of these questions: nobody may hold a request for so long. */
const LONG_MS = 60_000;

/** Where a request goes in the end, if nothing changes but the time. */
const placed = (policy: RoutingPolicy, question: RoutingQuestion): Placement => {
  for (let { nowMs } = question; nowMs < question.nowMs + LONG_MS;) {
    const decision = policy.choose({ ...question, nowMs });
    if (decision.kind === 'placement') return decision;
    expect(decision.reason).to.not.equal('');
    expect(decision.untilMs, 'a hold looks ahead').to.be.above(nowMs);
    nowMs = decision.untilMs;
  }
  throw new Error(`${policy.id} never placed a request`);
};

for (const id of ROUTINGS) {
  describe(`routing contract: ${id}`, () => {
    it('carries its own id', () => {
      expect(createRouting(id).id).to.equal(id);
    });

    it('places every request in the end, on one instance of each role, with a reason', () => {
      fc.assert(
        fc.property(questions, (question) => {
          const { prefill, decode, reason } = placed(createRouting(id), question);
          expect(ids(question.prefill)).to.include(prefill);
          expect(ids(question.decode)).to.include(decode);
          expect(reason).to.not.equal('');
        }),
        { numRuns: 200 },
      );
    });

    it('changes nothing it is shown, and the same history gives the same answers', () => {
      fc.assert(
        fc.property(fc.array(questions, { minLength: 1, maxLength: 4 }), (history) => {
          const before = history.map(textOf);
          const answers = (): unknown[] => {
            const policy = createRouting(id);
            return history.map((question) => policy.choose(question));
          };
          expect(answers()).to.deep.equal(answers());
          expect(history.map(textOf)).to.deep.equal(before);
        }),
        { numRuns: 50 },
      );
    });

    it('two instances that are alike in everything: the first of the cluster file', () => {
      fc.assert(
        fc.property(questions, (question) => {
          const twins = <L>([first]: readonly Candidate<L>[]): Candidate<L>[] => [first!, { ...first!, id: 'twin' }];
          const { prefill, decode } = placed(createRouting(id), {
            ...question,
            prefill: twins(question.prefill),
            decode: twins(question.decode),
          });
          if (!drawn(id, 'prefill')) expect(prefill).to.equal('prefill-0');
          if (!drawn(id, 'decode')) expect(decode).to.equal('decode-0');
        }),
        { numRuns: 50 },
      );
    });
  });
}
