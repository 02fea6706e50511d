import type { Random } from '../ports/random.ts';
import type { DecodeLoad } from '../telemetry/load.ts';
import { lighterDecode, requestsOf, type Order } from './order.ts';
import type { Candidate, RoutingPolicy, RoutingQuestion } from './policy.ts';
import { drawOne } from './random.ts';
import { TILE_REQUESTS } from './tile-aware.ts';

/** Tokens by which the reference lets each running request grow before it asks. */
const GROWTH_TOKENS = 50;

interface Needed {
  readonly candidate: Candidate<DecodeLoad>;
  readonly nowMhz: number;
  readonly afterMhz: number;
  /** Steps of the clock table. */
  readonly nowStep: number;
}

function neededStep({ predictor, clocksMhz }: Candidate<DecodeLoad>, batch: number, tokens: number, itlMs: number): number {
  if (batch === 0) return 0;
  const step = clocksMhz.findIndex((clockMhz) => predictor.predict({ batch, tokens }, clockMhz).latencyMs <= itlMs);
  return step < 0 ? clocksMhz.length - 1 : step;
}

function neededBy(candidate: Candidate<DecodeLoad>, { slo, request }: RoutingQuestion): Needed {
  const { load, clocksMhz } = candidate;
  const requests = requestsOf(load);
  const heldTokens = load.kvTokens + load.incomingTokens;
  const nowStep = neededStep(candidate, requests, heldTokens, slo.itlMs);
  const after = neededStep(candidate, requests + 1, heldTokens + request.promptTokens + GROWTH_TOKENS * requests, slo.itlMs);
  return { candidate, nowMhz: clocksMhz[nowStep]!, afterMhz: clocksMhz[after]!, nowStep };
}

const tilesOf = ({ load }: Candidate<DecodeLoad>): number => Math.ceil(requestsOf(load) / TILE_REQUESTS);
const fullest: Order<DecodeLoad> = (a, b) =>
  tilesOf(a) - tilesOf(b) || requestsOf(b.load) - requestsOf(a.load) || a.currentMhz - b.currentMhz || lighterDecode(a, b);

/** 0 for an instance that would keep its clock, else the clock that it would step up to. */
const penaltyMhz = ({ nowMhz, afterMhz }: Needed): number => (afterMhz > nowMhz ? afterMhz : 0);

function chooseDecode(question: RoutingQuestion): Candidate<DecodeLoad> {
  const needed = question.decode.map((candidate) => neededBy(candidate, question));
  const steps = needed.map(({ nowStep }) => nowStep);
  const apart = Math.max(...steps) - Math.min(...steps) > 1;
  const order = (a: Needed, b: Needed): number =>
    (apart ? a.nowMhz - b.nowMhz : penaltyMhz(a) - penaltyMhz(b)) || fullest(a.candidate, b.candidate);
  return needed.reduce((best, one) => (order(one, best) < 0 ? one : best)).candidate;
}

/**
 * The reference's second rule (VoltanaLLM, what-if routing): decode where one more request asks for no faster clock; where
 * the needed clocks lie apart, the lowest of them.
 */
export const whatIf = (random: Random): RoutingPolicy => ({
  id: 'what-if',
  choose: (question) => ({
    kind: 'placement',
    prefill: drawOne(question.prefill, random).id,
    decode: chooseDecode(question).id,
    reason: 'least step of the needed clock',
  }),
});
