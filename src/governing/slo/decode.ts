import type { ClockDecision } from '../../domain/clock.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Prediction } from '../../prediction/predictor.ts';
import type { DecodeLoad } from '../../telemetry/load.ts';
import type { GoverningQuestion } from '../governor.ts';
import { thriftyCost } from '../thrift.ts';
import { BatchModel, type Stable } from './batch-model.ts';
import type { DecodeOption } from './decode-option.ts';
import { escapeFrom } from './escape.ts';
import { decideIdle } from './idle.ts';
import { cautiousMs } from './price.ts';
import { cheapest, fastest, scanClocks, type Judge } from './scan.ts';
import type { SloTunables } from './tunables.ts';

const MS_PER_S = 1000;

interface Question extends GoverningQuestion {
  readonly load: DecodeLoad;
}

/** Everything about one decision that does not depend on the clock. */
interface Outlook {
  readonly question: Question;
  readonly tunables: SloTunables;
  readonly model: BatchModel;
  readonly targetMs: number;
  /** An instance that idles at its lowest clock. */
  readonly floorW: number;
  /** The present batch at the clock in force. */
  readonly presentMs: number;
  /** Nothing refills the batch, even at the lowest clock. */
  readonly draining: boolean;
  /** Its tokens are what is known of the work: it drains, or nobody knows yet what the arrivals bring. */
  readonly perToken: boolean;
}

/** Gaps of this many tell what the streaming requests have earned. */
const TELLING_GAPS = 20;

/**
 * The gap to plan for. The SLO is on a request's mean gap: who has had short ones may have longer ones now, and the other way
 * round. Within tight bounds, since every single gap counts for somebody.
 */
export function gapTargetMs(
  { streamedGaps, streamedMs }: DecodeLoad,
  { itlMs }: Slo,
  { itlTarget, mostSlack, mostDebt }: SloTunables,
): number {
  if (streamedGaps < TELLING_GAPS) return itlMs * itlTarget;
  const earned = itlTarget - streamedMs / streamedGaps / itlMs;
  return itlMs * (itlTarget + Math.max(-mostDebt, Math.min(mostSlack, earned)));
}

/** Mean watts above the floor of a batch that comes and goes: now and then nothing runs, and more often the smaller it is (Poisson). */
function stationaryW({ requests, prediction }: Stable, floorW: number): number {
  const emptyShare = Math.exp(-requests);
  return (1 - emptyShare) * prediction.powerW + emptyShare * prediction.idleW - floorW;
}

/** Watts above the floor for a batch whose tokens are given: energy per token counts, spread over a time that no clock changes. */
const perTokenW = ({ floorW, presentMs }: Outlook, { powerW, latencyMs }: Prediction): number =>
  ((powerW - floorW) * latencyMs) / presentMs;

/**
 * With the batch that is to be expected. It grows no faster than requests arrive, and the next decision is never further away than
 * the horizon; a slower clock, however, must keep the promise where it leads, and with a little more, or it has to be taken back.
 */
function expectedAt({ question, tunables, model }: Outlook, clockMhz: number, settledBatch: number): Prediction {
  const { currentMhz, load } = question;
  const soon = model.present + (load.requestRatePerS * tunables.horizonMs) / MS_PER_S;
  const slower = clockMhz < currentMhz;
  const expected = Math.max(model.present, slower ? settledBatch : Math.min(settledBatch, soon));
  return model.at(Math.ceil(slower ? expected * (1 + tunables.slowDownMargin) : expected), clockMhz);
}

/** Watts above the floor, and more with the latency that they bring: the fastest of nearly equal clocks wins. */
const costOf = ({ question, tunables }: Outlook, aboveIdleW: number, latencyMs: number): number =>
  thriftyCost(aboveIdleW * (1 + (tunables.gapWorth * latencyMs) / question.slo.itlMs), latencyMs, tunables.thrift);

function perTokenCost(outlook: Outlook, clockMhz: number): number {
  const present = outlook.model.at(outlook.model.present, clockMhz);
  return costOf(outlook, perTokenW(outlook, present), present.latencyMs);
}

const stationaryCost = (outlook: Outlook, stable: Stable): number =>
  costOf(outlook, stationaryW(stable, outlook.floorW), stable.prediction.latencyMs);

/**
 * Where to look first for the batch that the present one leads to: a slower clock leads at least as far up as a faster one, and no stable
 * batch lies on the way.
 */
function startOf(present: number, slower: DecodeOption | undefined, faster: DecodeOption | undefined): number {
  if (faster && faster.settled.batch > present) return faster.settled.batch;
  return slower && slower.settled.batch < present ? slower.settled.batch : present;
}

function optionOf(outlook: Outlook, clockMhz: number, settled: Stable): DecodeOption {
  const { tunables, targetMs, perToken } = outlook;
  const expected = expectedAt(outlook, clockMhz, settled.batch);
  return {
    clockMhz,
    cost: perToken ? perTokenCost(outlook, clockMhz) : stationaryCost(outlook, settled),
    latencyMs: expected.latencyMs,
    feasible: cautiousMs(expected, tunables) <= targetMs,
    settled,
  };
}

/** The cheapest that keeps the SLO where its batch settles, and also where an ordinary crowd would take it over a step. */
function cheapestLasting(outlook: Outlook, options: DecodeOption[]): DecodeOption | null {
  const looked = new Set<number>();
  for (;;) {
    const best = cheapest(options, outlook.question.currentMhz, outlook.tunables.minSaving);
    if (best === null || looked.has(best.clockMhz)) return best;
    looked.add(best.clockMhz);
    const lasting = outlook.model.lasting(best.settled, best.clockMhz);
    if (lasting.batch <= best.settled.batch) return best;
    options[options.indexOf(best)] = optionOf(outlook, best.clockMhz, lasting);
  }
}

function outlookOf(question: Question, tunables: SloTunables): Outlook {
  const { load, predictor, clocksMhz, slo } = question;
  const model = new BatchModel(question, load);
  // Judged at the lowest clock, where arrivals sustain the largest batch: the answer must not depend on the clock that holds.
  const draining = model.present > model.settle(model.present, clocksMhz[0]!).batch + 1;
  return {
    question,
    tunables,
    model,
    targetMs: gapTargetMs(load, slo, tunables),
    floorW: predictor.predict({ batch: 0, tokens: 0 }, clocksMhz[0]!).idleW,
    presentMs: model.at(model.present, question.currentMhz).latencyMs,
    draining,
    perToken: draining || model.tokensPerMs === null,
  };
}

/** What a clock would cost, and whether it keeps the SLO. */
export function judgeDecode(question: Question, tunables: SloTunables): Judge<DecodeOption> {
  return judgeOf(outlookOf(question, tunables));
}

const judgeOf =
  (outlook: Outlook): Judge<DecodeOption> =>
  (clockMhz, slower, faster) =>
    optionOf(outlook, clockMhz, outlook.model.settle(startOf(outlook.model.present, slower, faster), clockMhz));

/** A state that arrivals would sustain, had the batch not grown over a step; null where it misses the SLO. */
const stableCost = (outlook: Outlook, stable: Stable): number | null =>
  cautiousMs(stable.prediction, outlook.tunables) <= outlook.targetMs ? stationaryCost(outlook, stable) : null;

/** The decode half of the `slo` governor. */
export function decideDecode(question: Question, tunables: SloTunables): ClockDecision {
  const { load, clocksMhz, currentMhz } = question;
  if (load.batch + load.incoming === 0) return decideIdle(question, tunables);
  const outlook = outlookOf(question, tunables);
  const options = scanClocks(clocksMhz, currentMhz, tunables.stride, judgeOf(outlook));
  const reason = outlook.draining ? 'draining' : 'least energy within ITL';
  const best = cheapestLasting(outlook, options);
  if (best === null) return { clockMhz: fastest(options).clockMhz, reason: `${reason}: no clock keeps the SLO, highest` };
  const escape = outlook.perToken ? null : escapeFrom(outlook.model, options, best, (stable) => stableCost(outlook, stable), tunables);
  if (escape) return escape;
  return { clockMhz: best.clockMhz, reason: best.clockMhz === currentMhz ? `${reason}: keep` : reason };
}
