import type { EngineRole, Role } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { Demand, ResizeTunables } from './plan.ts';

/** How many GPU sets do what. Those that rest are in none of them. */
export type Layout = Readonly<Record<EngineRole, number>>;

/** What one GPU set is in each phase. All sets are alike: only then may any of them take any role. */
export interface SetModel {
  readonly predictors: Readonly<Record<Role, Predictor>>;
  /** Ascending; those that a plan weighs. */
  readonly clocksMhz: readonly number[];
  readonly kvCapacityTokens: number | null;
}

/** One way to serve a demand. Watts of all sets in use, the least over the clocks that keep the promise. */
export interface Priced {
  readonly layout: Layout;
  readonly powerW: number;
}

export interface LayoutQuestion {
  readonly demand: Demand;
  readonly model: SetModel;
  readonly slo: Slo;
  readonly tunables: ResizeTunables;
}

/** At one clock. */
interface Running {
  readonly latencyMs: number;
  readonly powerW: number;
}

const FIXED_POINT_ROUNDS = 30;
/** Of the mean wait in a queue: what a TTFT promise to 99 of 100 has to hold (an exponential tail is 4.6 times its mean). */
const WAIT_TAIL = 4.6;

const atRate = (question: LayoutQuestion, requestRatePerS: number): LayoutQuestion => ({
  ...question,
  demand: { ...question.demand, requestRatePerS },
});

/** One prompt of the mean length, alone: an upper bound, since prompts that are batched share what they read. */
const promptAt = ({ demand, model }: LayoutQuestion, clockMhz: number): Running =>
  model.predictors.prefill.predict({ batch: 1, tokens: demand.meanPromptTokens }, clockMhz);

const idleW = ({ predictors, clocksMhz }: SetModel): number => predictors.decode.predict({ batch: 0, tokens: 0 }, clocksMhz[0]!).idleW;

/** What a set draws that is loaded and does nothing, at the lowest clock. */
export const restingW = idleW;

/** Whether the first token is there in time: the prompt itself, a queue's tail before it, and `beforeMs` more. */
function meetsTtft({ slo }: LayoutQuestion, busy: number, latencyMs: number, beforeMs: number): boolean {
  const meanWaitMs = (latencyMs * busy) / (2 * (1 - busy));
  return latencyMs + WAIT_TAIL * meanWaitMs + beforeMs <= slo.ttftMs;
}

/** Watts of one prefill set at the question's rate; null where this clock does not keep the promise. */
function prefillW(question: LayoutQuestion, clockMhz: number): number | null {
  const { latencyMs, powerW } = promptAt(question, clockMhz);
  const busy = (question.demand.requestRatePerS * latencyMs) / MS_PER_S;
  if (busy > question.tunables.maxPrefillUtilisation || !meetsTtft(question, busy, latencyMs, 0)) return null;
  return busy * powerW + (1 - busy) * idleW(question.model);
}

/** The batch that arrivals sustain where decode has this part of the time; null where it misses the mean gap or the room. */
function sustained(
  question: LayoutQuestion,
  clockMhz: number,
  share: number,
  stallMs: number,
): (Running & { readonly batch: number }) | null {
  const { demand, model, slo, tunables } = question;
  const tokensPerMs = (demand.requestRatePerS * demand.meanOutputTokens) / MS_PER_S;
  const kvEach = demand.meanPromptTokens + demand.meanOutputTokens / 2;
  let batch = tokensPerMs;
  for (let round = 0; round < FIXED_POINT_ROUNDS; round++) {
    const rows = Math.max(1, Math.ceil(batch));
    const { latencyMs, powerW } = model.predictors.decode.predict({ batch: rows, tokens: rows * kvEach }, clockMhz);
    const gapMs = latencyMs / share;
    if (gapMs + stallMs > slo.itlMs * tunables.itlTarget) return null;
    const next = tokensPerMs * gapMs;
    if (Math.abs(next - batch) < 0.5)
      return model.kvCapacityTokens !== null && next * kvEach > model.kvCapacityTokens ? null : { latencyMs, powerW, batch: next };
    batch = next;
  }
  return null;
}

/** Now and then nothing runs, and more often the smaller the mean batch is (Poisson). */
const decodingW = ({ batch, powerW }: Running & { readonly batch: number }, restW: number): number =>
  powerW + Math.exp(-batch) * (restW - powerW);

function decodeW(question: LayoutQuestion, clockMhz: number): number | null {
  const running = sustained(question, clockMhz, 1, 0);
  return running && decodingW(running, idleW(question.model));
}

/** Both phases on one set: prompts go first and all streams stand still meanwhile, which must not break the short ones' mean gap. */
function aggregatedW(question: LayoutQuestion, clockMhz: number): number | null {
  const { demand, model, tunables } = question;
  const prompt = promptAt(question, clockMhz);
  const busy = (demand.requestRatePerS * prompt.latencyMs) / MS_PER_S;
  if (busy > tunables.maxAggregatedPrefill) return null;
  const running = sustained(question, clockMhz, 1 - busy, prompt.latencyMs / Math.max(1, demand.meanOutputTokens * tunables.shortAnswer));
  if (!running || !meetsTtft(question, busy, prompt.latencyMs, running.latencyMs)) return null;
  return busy * prompt.powerW + (1 - busy) * decodingW(running, idleW(model));
}

const WATTS = { prefill: prefillW, decode: decodeW, aggregated: aggregatedW } as const;

/** Least watts of one set of a role over the clocks; null where none keeps the promise. */
function leastW(role: EngineRole, question: LayoutQuestion): number | null {
  let least: number | null = null;
  for (const clockMhz of question.model.clocksMhz) {
    const watts = WATTS[role](question, clockMhz);
    if (watts !== null && (least === null || watts < least)) least = watts;
  }
  return least;
}

/** Watts of so many sets of a role that share the rate evenly; null where they are too few. */
function sharedW(role: EngineRole, count: number, question: LayoutQuestion): number | null {
  const each = count === 0 ? null : leastW(role, atRate(question, question.demand.requestRatePerS / count));
  return each === null ? null : count * each;
}

/**
 * Watts of a layout that serves the demand; null where it does not keep the promise. A fleet that has both pairs and aggregated sets
 * is on its way from one to the other, and is as good as the part that serves all of it.
 */
export function layoutW({ prefill, decode, aggregated }: Layout, question: LayoutQuestion): number | null {
  if (aggregated > 0) return sharedW('aggregated', aggregated, question);
  const [prefillsW, decodesW] = [sharedW('prefill', prefill, question), sharedW('decode', decode, question)];
  return prefillsW === null || decodesW === null ? null : prefillsW + decodesW;
}

/** Requests a second, of the present lengths, that each role has to be able to take. */
export type Peaks = Readonly<Record<EngineRole, number>>;

export interface Choice {
  readonly peaks: Peaks;
  /** At most so many of each role, and of all together. */
  readonly most: Layout;
  readonly sets: number;
  /** What a set draws that is in no role. */
  readonly restW: number;
  /** Never fewer than these pairs, where pairs serve. */
  readonly least: Readonly<Record<Role, number>>;
}

/** The question at another rate, with the headroom. */
const withHeadroom = (question: LayoutQuestion, peakPerS: number): LayoutQuestion =>
  atRate(question, peakPerS * (1 + question.tunables.headroom));

/** So many beyond the fewest are weighed: lower clocks on more sets are soon eaten up by what these draw idle. */
const BEYOND = 3;

/** What counts of a role are worth weighing, and what each costs beyond resting; empty where even all are too few. */
function countsOf(role: EngineRole, question: LayoutQuestion, least: number, { most, sets, restW, peaks }: Choice): Map<number, number> {
  const grown = withHeadroom(question, peaks[role]);
  const limit = Math.min(most[role], sets);
  let fewest = Math.max(1, least);
  while (fewest <= limit && sharedW(role, fewest, grown) === null) fewest++;
  const counts = new Map<number, number>();
  for (let count = fewest; count <= Math.min(limit, fewest + BEYOND); count++) {
    const watts = sharedW(role, count, question);
    if (watts !== null) counts.set(count, watts - count * restW);
  }
  return counts;
}

function cheapestPairs(question: LayoutQuestion, choice: Choice): Priced | null {
  const [prefills, decodes] = (['prefill', 'decode'] as const).map((role) => countsOf(role, question, choice.least[role], choice)) as [
    Map<number, number>,
    Map<number, number>,
  ];
  let best: Priced | null = null;
  for (const [prefill, prefillsW] of prefills)
    for (const [decode, decodesW] of decodes) {
      const powerW = prefillsW + decodesW + choice.sets * choice.restW;
      if (prefill + decode <= choice.sets && (best === null || powerW < best.powerW))
        best = { layout: { prefill, decode, aggregated: 0 }, powerW };
    }
  return best;
}

function cheapestAggregated(question: LayoutQuestion, choice: Choice): Priced | null {
  let best: Priced | null = null;
  for (const [aggregated, aboveW] of countsOf('aggregated', question, 1, choice)) {
    const powerW = aboveW + choice.sets * choice.restW;
    if (best === null || powerW < best.powerW) best = { layout: { prefill: 0, decode: 0, aggregated }, powerW };
  }
  return best;
}

/**
 * The layout that is predicted to draw least of those that keep the promise at the peaks, with the headroom; its watts are those at the
 * demand. Null where none does: more load than the fleet serves.
 */
export function cheapestLayout(question: LayoutQuestion, choice: Choice): Priced | null {
  const pairs = cheapestPairs(question, choice);
  const aggregated = choice.most.aggregated > 0 ? cheapestAggregated(question, choice) : null;
  if (pairs === null || aggregated === null) return pairs ?? aggregated;
  return aggregated.powerW < pairs.powerW ? aggregated : pairs;
}

/** Whether a layout keeps the promise at the peaks, with the headroom. */
export function holdsOut(layout: Layout, question: LayoutQuestion, peaks: Peaks): boolean {
  const keeps = (role: EngineRole): boolean => sharedW(role, layout[role], withHeadroom(question, peaks[role])) !== null;
  return layout.aggregated > 0 ? keeps('aggregated') : keeps('prefill') && keeps('decode');
}
