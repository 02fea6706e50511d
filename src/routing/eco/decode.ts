import type { Slo } from '../../domain/slo.ts';
import type { DecodeLoad } from '../../telemetry/load.ts';
import { lighterDecode, requestsOf } from '../order.ts';
import type { Candidate, RoutingQuestion } from '../policy.ts';
import { AwakeSet } from './awake-set.ts';
import { ByPredictor } from './by-predictor.ts';
import { DecodeRoom } from './decode-room.ts';
import { Overload } from './overload.ts';
import type { EcoTunables } from './tunables.ts';

export interface DecodeChoice {
  readonly id: string;
  readonly reason: string;
}

const heldTokens = ({ kvTokens, incomingTokens }: DecodeLoad): number => kvTokens + incomingTokens;

/** The request lives as long wherever it goes, so one length serves all. The longest: room must not be overestimated. */
function expectedOutput(decode: readonly Candidate<DecodeLoad>[], { expectedOutputTokens }: EcoTunables): number {
  let most = 0;
  for (const { load } of decode) most = Math.max(most, load.meanOutputTokens ?? 0);
  return most > 0 ? most : expectedOutputTokens;
}

const hasRoom = ({ load, kvCapacityTokens }: Candidate<DecodeLoad>, tokens: number): boolean =>
  kvCapacityTokens === null || heldTokens(load) + tokens <= kvCapacityTokens;

/** Without any margin, at the highest clock. */
const isWithin = ({ predictor, clocksMhz }: Candidate<DecodeLoad>, batch: number, tokens: number, { itlMs }: Slo): boolean =>
  predictor.predict({ batch, tokens }, clocksMhz.at(-1)!).latencyMs <= itlMs;

const justKeeps = (one: Candidate<DecodeLoad>, { request, slo }: RoutingQuestion): boolean =>
  isWithin(one, requestsOf(one.load) + 1, heldTokens(one.load) + request.promptTokens, slo);

type May = (candidate: Candidate<DecodeLoad>, place: number) => boolean;

/** Mean KV tokens of a request once this one is among them. */
function tokensEach({ decode, request }: RoutingQuestion): number {
  let [requests, tokens] = [1, request.promptTokens];
  for (const { load } of decode) {
    requests += requestsOf(load);
    tokens += heldTokens(load);
  }
  return tokens / requests;
}

/**
 * Chooses decode instances. What a fleet draws at a sustained load is least when as many instances run as need be and share it
 * evenly: power rises faster than the load once the promise needs faster clocks. Adding up what single requests would cost instead
 * fills some up to a batch step and stays there, since the step is charged to one request.
 */
export class EcoDecode {
  readonly #tunables: EcoTunables;
  readonly #rooms = new ByPredictor<DecodeRoom>();
  readonly #awake: AwakeSet;
  readonly #overload: Overload;

  /**
   * @param awake who has decoded so far; nobody where it is left out
   * @param overload how long somebody has been late; never so far where it is left out
   */
  constructor(tunables: EcoTunables, awake: AwakeSet = new AwakeSet(tunables.awake), overload: Overload = new Overload()) {
    this.#tunables = tunables;
    this.#awake = awake;
    this.#overload = overload;
  }

  choose(question: RoutingQuestion): DecodeChoice {
    const { decode, request, slo } = question;
    const outputTokens = expectedOutput(decode, this.#tunables);
    const neededTokens = request.promptTokens + outputTokens;
    const each = tokensEach(question);
    const overloaded = this.#isOverloaded(question, each);
    const awake = this.#tunables.packDecode ? this.#awake.of(question, outputTokens, slo.itlMs * this.#tunables.itlTarget) : null;
    return (
      this.#emptiest(question, each, 'evenly over those that the load needs', (one, place) => {
        if (awake !== null && !awake.has(one.id)) return false;
        return hasRoom(one, neededTokens) && this.#keeps(one, place, question);
      }) ??
      this.#emptiest(
        question,
        each,
        'a burst: evenly over all',
        (one, place) => hasRoom(one, neededTokens) && this.#keeps(one, place, question),
      ) ??
      this.#emptiest(
        question,
        each,
        'a rush: evenly while that is just within the ITL SLO',
        (one) => !overloaded && hasRoom(one, neededTokens) && justKeeps(one, question),
      ) ??
      this.#fullest(question, each, (one) => hasRoom(one, neededTokens)) ??
      this.#emptiest(question, each, 'no KV room: fewest requests', () => true)!
    );
  }

  #isOverloaded({ decode, slo, nowMs }: RoutingQuestion, each: number): boolean {
    // Who has no more than it can hold is in time, without asking its predictor.
    const isLate = (one: Candidate<DecodeLoad>, place: number): boolean =>
      requestsOf(one.load) > this.#roomOf(one, place, slo.itlMs, nowMs).holds(each, one.kvCapacityTokens) &&
      !isWithin(one, requestsOf(one.load), heldTokens(one.load), slo);
    return this.#overload.lasts(nowMs, this.#tunables.overloadMs, () => decode.some(isLate));
  }

  /** Fewest requests relative to what each can hold within the SLO and its KV room. */
  #emptiest(question: RoutingQuestion, each: number, reason: string, may: May): DecodeChoice | null {
    const best = this.#least(question, each, may, 1);
    return best && { id: best.id, reason };
  }

  /**
   * More load than the fleet serves in time. Shared evenly, everybody would be late; one instance takes what is too much, and the others
   * come back within the promise and keep it. Once that lasts they are not filled up to the promise itself either: whoever came last there would
   * push all of them over it.
   */
  #fullest(question: RoutingQuestion, each: number, may: May): DecodeChoice | null {
    const best = this.#least(question, each, may, -1);
    return best && { id: best.id, reason: 'no room within the ITL SLO: to the fullest, so that the others keep it' };
  }

  /** @param sign 1: the emptiest, -1: the fullest */
  #least({ decode, slo, nowMs }: RoutingQuestion, each: number, may: May, sign: 1 | -1): Candidate<DecodeLoad> | null {
    let best: Candidate<DecodeLoad> | null = null;
    let least = Infinity;
    for (let place = 0; place < decode.length; place++) {
      const one = decode[place]!;
      if (!may(one, place)) continue;
      const fill = (sign * (requestsOf(one.load) + 1)) / this.#roomOf(one, place, slo.itlMs, nowMs).holds(each, one.kvCapacityTokens);
      if (best === null || fill < least || (fill === least && sign * lighterDecode(one, best) < 0)) [best, least] = [one, fill];
    }
    return best;
  }

  #keeps(one: Candidate<DecodeLoad>, place: number, { request, slo, nowMs }: RoutingQuestion): boolean {
    return this.#roomOf(one, place, slo.itlMs, nowMs).keeps(requestsOf(one.load) + 1, heldTokens(one.load) + request.promptTokens);
  }

  #roomOf({ predictor, clocksMhz }: Candidate<DecodeLoad>, place: number, sloItlMs: number, nowMs: number): DecodeRoom {
    const itlMs = sloItlMs * this.#tunables.itlTarget;
    const known = this.#rooms.get(predictor, place, nowMs);
    if (known?.itlMs === itlMs && known.clocksMhz === clocksMhz) return known;
    return this.#rooms.set(predictor, place, new DecodeRoom(predictor, clocksMhz, itlMs), nowMs);
  }
}
