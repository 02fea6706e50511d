import { expect } from 'chai';
import fc from 'fast-check';
import { createGovernor, GOVERNORS } from '../../src/governing/registry.ts';
import type { GoverningQuestion } from '../../src/governing/governor.ts';
import { anyDecodeLoad, anyPrefillLoad, NOW_MS, predictorOf } from '../fixtures/world/loads.ts';
import { clocksMhz } from '../fixtures/world/shipped.ts';

const predictors = { prefill: predictorOf('p0'), decode: predictorOf('d0') };
const slo = fc.record({ ttftMs: fc.integer({ min: 1, max: 5000 }), itlMs: fc.integer({ min: 1, max: 200 }) });

/** Any load, any SLO, any choice of clocks and any clock in force, one outside the choice included. */
const questions: fc.Arbitrary<GoverningQuestion> = fc
  .record({
    load: fc.oneof(anyPrefillLoad, anyDecodeLoad),
    slo,
    clocksMhz: fc.subarray(clocksMhz, { minLength: 1 }),
    currentMhz: fc.constantFrom(210, ...clocksMhz),
  })
  .map((question) => ({ ...question, nowMs: NOW_MS, predictor: predictors[question.load.phase] }));

const frozen = (question: GoverningQuestion): GoverningQuestion => {
  if (question.load.phase === 'prefill') question.load.waiting.forEach((prompt) => Object.freeze(prompt));
  for (const part of [question, question.load, question.slo, question.clocksMhz]) Object.freeze(part);
  return question;
};

/** `fixed` is given a clock of the question's own, as `checkFixedClocks` sees to. */
const governorFor = (id: (typeof GOVERNORS)[number], { clocksMhz: choice }: GoverningQuestion) =>
  createGovernor(id, { fixedMhz: { prefill: choice[0]!, decode: choice.at(-1)! } });

for (const id of GOVERNORS) {
  describe(`governor contract: ${id}`, () => {
    it('carries its own id', () => {
      expect(createGovernor(id, { fixedMhz: { prefill: 1005, decode: 1200 } }).id).to.equal(id);
    });

    it('always answers one of the clocks it may choose, with a reason', () => {
      fc.assert(
        fc.property(questions, (question) => {
          const { clockMhz, reason } = governorFor(id, question).decide(question);
          expect(question.clocksMhz).to.include(clockMhz);
          expect(reason).to.not.equal('');
        }),
        { numRuns: 300 },
      );
    });

    it('is pure: it changes nothing it is shown, and other questions in between change no answer', () => {
      fc.assert(
        fc.property(questions, questions, (question, other) => {
          const governor = governorFor(id, question);
          const answer = governor.decide(frozen(question));
          governor.decide(frozen(other));
          expect(governor.decide(question)).to.deep.equal(answer);
        }),
        { numRuns: 100 },
      );
    });
  });
}
