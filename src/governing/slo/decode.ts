import type { ClockDecision } from '../../domain/clock.ts';
import type { DecodeLoad } from '../../telemetry/load.ts';
import type { GoverningQuestion } from '../governor.ts';
import { chooseCheapest, type ClockOption } from './cheapest.ts';
import { decideIdle } from './idle.ts';
import type { SloTunables } from './tunables.ts';

const MS_PER_S = 1000;
/** The batch answers the clock and the clock's latency answers the batch; a few rounds settle it. */
const FIXED_POINT_ROUNDS = 5;
/** How far ahead a clock must hold: a decision, its rate limit and the settling of the clock. */
const HORIZON_MS = 1000;

/** KV tokens that a batch holds if its requests are like those that run now. */
const kvOf = (load: DecodeLoad, batch: number): number => {
  const perRequest = load.batch > 0 ? load.kvTokens / load.batch : (load.meanPromptTokens ?? 0) + (load.meanOutputTokens ?? 0) / 2;
  return batch * perRequest;
};

/** Little's law at a clock: the batch that the arrivals sustain there, and null while output lengths are unknown. */
function stationaryBatch({ load, predictor }: GoverningQuestion & { load: DecodeLoad }, clockMhz: number): number | null {
  if (load.meanOutputTokens === null) return null;
  const tokensPerMs = (load.requestRatePerS * load.meanOutputTokens) / MS_PER_S;
  let batch = Math.max(1, load.batch);
  for (let round = 0; round < FIXED_POINT_ROUNDS; round++) {
    batch = tokensPerMs * predictor.predict({ batch, tokens: kvOf(load, batch) }, clockMhz).latencyMs;
  }
  return batch;
}

interface Question extends GoverningQuestion {
  readonly load: DecodeLoad;
}

/**
 * Power at a clock once the batch has answered it: energy per token above an idle GPU at its lowest clock, times the
 * token rate. At a sustained load a slower clock means a larger batch, so each clock has its own stationary batch;
 * while the batch drains it stays what it is.
 */
function costWAt({ load, predictor }: Question, flow: Flow, clockMhz: number, stationary: number | null): number {
  const batch = Math.max(1, flow.draining || stationary === null ? load.batch : stationary);
  const { latencyMs, powerW } = predictor.predict({ batch, tokens: kvOf(load, batch) }, clockMhz);
  return flow.floorW + (((powerW - flow.floorW) * latencyMs) / batch) * flow.tokensPerMs;
}

function optionAt(question: Question, flow: Flow, itlTargetMs: number, clockMhz: number, tunables: SloTunables): ClockOption {
  const { load, predictor, currentMhz } = question;
  const stationary = stationaryBatch(question, clockMhz);
  const present = Math.max(1, load.batch + load.incoming);
  // The batch cannot grow faster than requests arrive, and the next decision is never further away than the horizon.
  const soon = present + (load.requestRatePerS * HORIZON_MS) / MS_PER_S;
  // At a batch step a little more load asks for the faster clock again: a slower one must keep the promise with that, too.
  const caution = clockMhz < currentMhz ? 1 + tunables.slowDownMargin : 1;
  const expected = caution * Math.max(present, Math.min(stationary ?? 0, soon));
  const { latencyMs } = predictor.predict({ batch: expected, tokens: kvOf(load, expected) }, clockMhz);
  return { clockMhz, costW: costWAt(question, flow, clockMhz, stationary), feasible: latencyMs <= itlTargetMs };
}

/** How tokens flow here: refilled by arrivals at their rate, or draining at the rate of the clock that holds. */
interface Flow {
  readonly draining: boolean;
  readonly tokensPerMs: number;
  readonly floorW: number;
}

function flowOf(question: Question, tunables: SloTunables): Flow {
  const { load, predictor, currentMhz, clocksMhz } = question;
  const sustained = stationaryBatch(question, currentMhz);
  // Judged at the lowest clock, where arrivals sustain the largest batch: the answer must not depend on the clock that holds.
  const largest = stationaryBatch(question, clocksMhz[0]!);
  const draining = largest !== null && load.batch > tunables.drainingFactor * largest + 1;
  const batch = Math.max(1, sustained === null || draining ? load.batch : sustained);
  return {
    draining,
    tokensPerMs: batch / predictor.predict({ batch, tokens: kvOf(load, batch) }, currentMhz).latencyMs,
    floorW: predictor.predict({ batch: 0, tokens: 0 }, clocksMhz[0]!).idleW,
  };
}

/** The decode half of the `slo` governor. */
export function decideDecode(question: Question, tunables: SloTunables): ClockDecision {
  const { load, slo, clocksMhz, currentMhz } = question;
  if (load.batch + load.incoming === 0) return decideIdle(question, tunables);
  const flow = flowOf(question, tunables);
  const options = clocksMhz.map((clockMhz) => optionAt(question, flow, slo.itlMs * tunables.itlTarget, clockMhz, tunables));
  return chooseCheapest(options, currentMhz, tunables, flow.draining ? 'draining' : 'least energy within ITL');
}
