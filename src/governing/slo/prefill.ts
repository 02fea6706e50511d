import type { ClockDecision } from '../../domain/clock.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { PrefillLoad } from '../../telemetry/load.ts';
import type { GoverningQuestion } from '../governor.ts';
import { thriftyCost } from '../thrift.ts';
import { decideIdle } from './idle.ts';
import { expectedWaitMs, meetsDeadlines, queueOf, type PrefillQueue } from './prefill-queue.ts';
import { cheapest, fastest, scanClocks, type ClockOption, type Judge } from './scan.ts';
import type { SloTunables } from './tunables.ts';

const MS_PER_S = 1000;
/** Work at hand is worth planning for even if nothing else came for long. */
const LEAST_RATE_PER_S = 0.1;
/** Keeps waits finite where no clock keeps up. */
const MOST_UTILISATION = 0.99;

interface Question extends GoverningQuestion {
  readonly load: PrefillLoad;
}

interface Outlook {
  readonly question: Question;
  readonly tunables: SloTunables;
  readonly queue: PrefillQueue;
  readonly requestRatePerS: number;
  readonly promptTokens: number;
  /** Of the time that one prompt takes alone, what one more in the same iteration adds: much the same at any clock. */
  readonly addedShare: number;
  /** Of the time between two iterations, the part that it waits at its clock before it goes to the lowest. */
  readonly heldShare: number;
  /** An instance that idles at its lowest clock. */
  readonly floorW: number;
}

/**
 * Mean power above the floor that the stream of prompts costs at a clock. Between them the instance idles at this clock, until after a while it
 * goes to its lowest.
 */
function optionAt(outlook: Outlook, clockMhz: number): ClockOption {
  const { question, tunables, queue, requestRatePerS, promptTokens, heldShare, floorW } = outlook;
  const { latencyMs: aloneMs, powerW, idleW } = question.predictor.predict({ batch: 1, tokens: promptTokens }, clockMhz);
  const addedMs = aloneMs * outlook.addedShare;
  const busy = Math.min(1, (requestRatePerS * aloneMs) / MS_PER_S);
  const stream = { aloneMs, addedMs, utilisation: Math.min((requestRatePerS * addedMs) / MS_PER_S, MOST_UTILISATION) };
  // Whether prompts like those of late would wait no longer than they may.
  const expectedMs = expectedWaitMs(stream, tunables) + aloneMs;
  const keepsUp = stream.utilisation <= tunables.maxPrefillUtilisation && expectedMs <= queue.budgetMs;
  const aboveIdleW = busy * (powerW - floorW) + (1 - busy) * heldShare * (idleW - floorW);
  return {
    clockMhz,
    cost: thriftyCost(aboveIdleW * (1 + (tunables.ttftWorth * expectedMs) / question.slo.ttftMs), expectedMs, tunables.thrift),
    latencyMs: aloneMs,
    feasible: keepsUp && meetsDeadlines(question, queue, tunables, clockMhz),
  };
}

function addedShareOf(predictor: Predictor, promptTokens: number, clockMhz: number): number {
  const alone = predictor.predict({ batch: 1, tokens: promptTokens }, clockMhz);
  const pair = predictor.predict({ batch: 2, tokens: 2 * promptTokens }, clockMhz);
  return Math.max(0, pair.latencyMs / alone.latencyMs - 1);
}

/** What each clock would cost, and whether it keeps the SLO. */
export function judgePrefill(question: Question, tunables: SloTunables): Judge<ClockOption> {
  const { load, clocksMhz, predictor } = question;
  const promptTokens = load.meanPromptTokens ?? load.waitingTokens / load.waiting.length;
  const requestRatePerS = Math.max(load.requestRatePerS, LEAST_RATE_PER_S);
  const outlook: Outlook = {
    question,
    tunables,
    queue: queueOf(question, tunables),
    requestRatePerS,
    promptTokens,
    addedShare: addedShareOf(predictor, promptTokens, clocksMhz.at(-1)!),
    heldShare: 1 - Math.exp((-requestRatePerS * tunables.idleAfterMs) / MS_PER_S),
    floorW: predictor.predict({ batch: 0, tokens: 0 }, clocksMhz[0]!).idleW,
  };
  return (clockMhz) => optionAt(outlook, clockMhz);
}

/** The prefill half of the `slo` governor. */
export function decidePrefill(question: Question, tunables: SloTunables): ClockDecision {
  const { load, clocksMhz, currentMhz } = question;
  if (load.waiting.length === 0) return decideIdle(question, tunables);
  const options = scanClocks(clocksMhz, currentMhz, tunables.stride, judgePrefill(question, tunables));
  const best = cheapest(options, currentMhz, tunables.minSaving);
  const reason = 'least energy within TTFT';
  if (best === null) return { clockMhz: fastest(options).clockMhz, reason: `${reason}: no clock keeps the SLO, highest` };
  return { clockMhz: best.clockMhz, reason: best.clockMhz === currentMhz ? `${reason}: keep` : reason };
}
