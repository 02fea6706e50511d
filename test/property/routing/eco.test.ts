import { expect } from 'chai';
import fc from 'fast-check';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { EcoDecode } from '../../../src/routing/eco/decode.ts';
import { EcoPrefill } from '../../../src/routing/eco/prefill.ts';
import { StationaryPower } from '../../../src/routing/eco/stationary-power.ts';
import { ECO_TUNABLES } from '../../../src/routing/eco/tunables.ts';
import type { Candidate, RoutingQuestion } from '../../../src/routing/policy.ts';
import { PrefixBook } from '../../../src/routing/prefix-book.ts';
import { createRouting, ROUTINGS } from '../../../src/routing/registry.ts';
import type { DecodeLoad, Load, PrefillLoad } from '../../../src/telemetry/load.ts';
import { anyDecodeLoad, anyPrefillLoad, NOW_MS, predictorOf } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const PREDICTORS = { prefill: [predictorOf('p0'), predictorOf('p1')], decode: [predictorOf('d0'), predictorOf('d1')] };
const FASTEST_MHZ = clocksMhz.at(-1)!;

const candidates = <L extends Load>(role: L['phase'], loads: fc.Arbitrary<L>): fc.Arbitrary<Candidate<L>[]> =>
  fc
    .array(
      fc.record({
        load: loads,
        currentMhz: fc.constantFrom(...clocksMhz),
        predictor: fc.constantFrom<Predictor>(...PREDICTORS[role]),
        kvCapacityTokens: fc.option(fc.integer({ min: 10_000, max: 1_000_000 })),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts) => parts.map((part, i) => ({ ...part, id: `${role}-${i}`, clocksMhz })));

const questions: fc.Arbitrary<RoutingQuestion> = fc
  .record({
    waitedMs: fc.double({ min: 0, max: 2000, noNaN: true }),
    promptTokens: fc.integer({ min: 1, max: 8000 }),
    slo: fc.record({ ttftMs: fc.integer({ min: 100, max: 4000 }), itlMs: fc.integer({ min: 15, max: 100 }) }),
    requestRatePerS: fc.double({ min: 0, max: 100, noNaN: true }),
    meanPromptTokens: fc.option(fc.integer({ min: 1, max: 8000 })),
    behind: fc.integer({ min: 0, max: 20 }),
    prefill: candidates('prefill', anyPrefillLoad),
    decode: candidates('decode', anyDecodeLoad),
  })
  .map(({ waitedMs, promptTokens, requestRatePerS, meanPromptTokens, behind, ...rest }) => ({
    nowMs: NOW_MS,
    request: { id: 'r1', arrivalMs: NOW_MS - waitedMs, promptTokens },
    arrivals: { requestRatePerS, meanPromptTokens, queued: 1 + behind, queuedTokens: promptTokens + behind * 500 },
    ...rest,
  }));

const heldTokens = ({ kvTokens, incomingTokens }: DecodeLoad): number => kvTokens + incomingTokens;
const hasRoom = ({ load, kvCapacityTokens }: Candidate<DecodeLoad>, { request, decode }: RoutingQuestion): boolean => {
  const lengths = decode.flatMap(({ load: { meanOutputTokens } }) => meanOutputTokens ?? []);
  const output = lengths.length > 0 ? Math.max(...lengths) : ECO_TUNABLES.expectedOutputTokens;
  return kvCapacityTokens === null || heldTokens(load) + request.promptTokens + output <= kvCapacityTokens;
};
const byId = <L>(list: readonly Candidate<L>[], id: string): Candidate<L> => list.find((one) => one.id === id)!;

describe('routing does not depend on the order of instances', () => {
  for (const id of ROUTINGS.filter((one) => /^(eco|least-requests)/.test(one))) {
    it(id, () => {
      const shuffled = questions.chain((question) =>
        fc.tuple(
          fc.constant(question),
          fc.shuffledSubarray([...question.prefill], { minLength: question.prefill.length }),
          fc.shuffledSubarray([...question.decode], { minLength: question.decode.length }),
        ),
      );
      fc.assert(
        fc.property(shuffled, ([question, prefill, decode]) => {
          const decided = createRouting(id).choose(question);
          const again = createRouting(id).choose({ ...question, prefill, decode });
          if (decided.kind === 'hold' || again.kind === 'hold') {
            expect(again).to.deep.equal(decided);
            return;
          }
          const without = <L>({ id: _, ...rest }: Candidate<L>): unknown => rest;
          expect(without(byId(prefill, again.prefill))).to.deep.equal(without(byId(question.prefill, decided.prefill)));
          expect(without(byId(decode, again.decode))).to.deep.equal(without(byId(question.decode, decided.decode)));
        }),
        { numRuns: 150 },
      );
    });
  }
});

describe('eco routing, decode', () => {
  it('never takes an instance without KV room while another has it', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const { id } = new EcoDecode(ECO_TUNABLES).choose(question);
        const some = question.decode.some((one) => hasRoom(one, question));
        expect(hasRoom(byId(question.decode, id), question)).to.equal(some);
      }),
      { numRuns: 300 },
    );
  });

  it('never takes one that is predicted to miss the ITL target while another keeps it', () => {
    const keeps = ({ load, predictor }: Candidate<DecodeLoad>, { request, slo }: RoutingQuestion): boolean => {
      const after = { batch: load.batch + load.incoming + 1, tokens: heldTokens(load) + request.promptTokens };
      return predictor.predict(after, FASTEST_MHZ).latencyMs <= slo.itlMs * ECO_TUNABLES.itlTarget;
    };
    fc.assert(
      fc.property(questions, (question) => {
        const roomy = question.decode.filter((one) => hasRoom(one, question));
        fc.pre(roomy.length > 0);
        const { id } = new EcoDecode(ECO_TUNABLES).choose(question);
        expect(keeps(byId(question.decode, id), question)).to.equal(roomy.some((one) => keeps(one, question)));
      }),
      { numRuns: 300 },
    );
  });

  it('a looser ITL SLO never raises the power predicted for a load, and more load never lowers it', () => {
    const rate = fc.double({ min: 0.01, max: 20, noNaN: true });
    const itl = fc.integer({ min: 10, max: 100 });
    fc.assert(
      fc.property(
        fc.constantFrom(...PREDICTORS.decode),
        rate,
        fc.integer({ min: 10, max: 8000 }),
        itl,
        fc.integer({ min: 1, max: 50 }),
        (predictor, perMs, context, itlMs, more) => {
          const watts = (target: number, tokensPerMs: number): number =>
            new StationaryPower(predictor, clocksMhz, target).watts(tokensPerMs, context);
          expect(watts(itlMs + more, perMs)).to.be.at.most(watts(itlMs, perMs));
          if (watts(itlMs, perMs * (1 + more)) < Infinity)
            expect(watts(itlMs, perMs), 'what sustains more sustains less').to.be.below(Infinity);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('eco routing, prefill', () => {
  const chooser = (): EcoPrefill => new EcoPrefill(ECO_TUNABLES, new PrefixBook(0));

  it('a looser TTFT SLO never raises the predicted cost', () => {
    fc.assert(
      fc.property(questions, fc.integer({ min: 1, max: 2000 }), (question, moreMs) => {
        const costOf = (ttftMs: number): number => chooser().choose({ ...question, slo: { ...question.slo, ttftMs } }).costJ;
        expect(costOf(question.slo.ttftMs + moreMs)).to.be.at.most(costOf(question.slo.ttftMs) * (1 + 1e-9));
      }),
      { numRuns: 300 },
    );
  });

  it('never takes one where a deadline is predicted to be missed while another keeps all', () => {
    const keeps = ({ load, predictor, currentMhz }: Candidate<PrefillLoad>, { nowMs, request, slo }: RoutingQuestion): boolean => {
      const runs = load.waiting.slice(0, load.running);
      const rest = [...load.waiting.slice(load.running), request];
      const tokensOf = (prompts: readonly { readonly promptTokens: number }[]): number =>
        prompts.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
      const endMs =
        load.headSinceMs === null
          ? nowMs
          : Math.max(nowMs, load.headSinceMs + predictor.predict({ batch: runs.length, tokens: tokensOf(runs) }, currentMhz).latencyMs);
      const doneMs = endMs + predictor.predict({ batch: rest.length, tokens: tokensOf(rest) }, FASTEST_MHZ).latencyMs;
      const budgetMs = slo.ttftMs * ECO_TUNABLES.ttftTarget - load.afterPrefillMs;
      return rest.every(({ arrivalMs }) => doneMs <= arrivalMs + budgetMs);
    };
    fc.assert(
      fc.property(questions, (question) => {
        const { candidate } = chooser().choose(question);
        expect(keeps(candidate, question)).to.equal(question.prefill.some((one) => keeps(one, question)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a hold ends', () => {
  for (const id of ROUTINGS) {
    it(`${id}: whatever happens meanwhile, a request leaves within its TTFT SLO and one iteration`, () => {
      fc.assert(
        fc.property(fc.array(questions, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 200 }), (scenes, stepMs) => {
          const policy = createRouting(id);
          const { request, slo } = scenes[0]!;
          let nowMs = request.arrivalMs;
          for (let turn = 0; ; turn++) {
            const { prefill, decode, arrivals } = scenes[turn % scenes.length]!;
            const decision = policy.choose({ nowMs, request, slo, arrivals, prefill, decode });
            if (decision.kind === 'placement') break;
            expect(decision.untilMs).to.be.above(nowMs);
            nowMs = Math.min(decision.untilMs, nowMs + stepMs);
            expect(nowMs - request.arrivalMs, decision.reason).to.be.below(slo.ttftMs + stepMs);
          }
        }),
        { numRuns: 60 },
      );
    });
  }
});
