import type { ClockDecision } from '../domain/clock.ts';
import type { IterationLoad } from '../prediction/predictor.ts';
import type { DecodeLoad, PrefillLoad } from '../telemetry/load.ts';
import type { Governor, GoverningQuestion } from './governor.ts';
import { heldMhz, idleForMs } from './nearest.ts';

/** Nothing reported for this long means no traffic. */
const SILENCE_MS = 5000;

export interface EcofreqTunables {
  /** Clocks are chosen for the SLO times 1 + this. */
  readonly margin: number;
  /** More requests a second than this ask for the highest clock; off when left out. */
  readonly mostRequestsPerS?: number;
  /** Prompts behind the running iteration wait only beyond so many tokens, since the next iteration takes that many at once; 0 when left out. */
  readonly joinTokens?: number;
}

interface Need {
  readonly load: IterationLoad;
  readonly budgetMs: number;
  /** Something waits beyond what runs. */
  readonly queued: boolean;
}

/** Prompts behind the ones in the running iteration wait; the oldest has used up part of its time. */
function prefillNeed({ waiting, waitingTokens, running }: PrefillLoad, { slo, nowMs }: GoverningQuestion, joinTokens: number): Need {
  const oldestMs = waiting.reduce((oldest, { arrivalMs }) => Math.min(oldest, arrivalMs), nowMs);
  let behindTokens = waitingTokens;
  for (let i = 0; i < running && i < waiting.length; i++) behindTokens -= waiting[i]!.promptTokens;
  return {
    load: { batch: waiting.length, tokens: waitingTokens },
    budgetMs: slo.ttftMs - (nowMs - oldestMs),
    queued: waiting.length > running && behindTokens > joinTokens,
  };
}

/**
 * The reference's decode queue holds requests whose KV has arrived and that wait for room. One whose prompt is still computed
 * or on its way is not in it, so `incoming` does not count as waiting; requests without room cannot be told from those here.
 */
const decodeNeed = ({ batch, kvTokens }: DecodeLoad, { slo }: GoverningQuestion): Need => ({
  load: { batch, tokens: kvTokens },
  budgetMs: slo.itlMs,
  queued: false,
});

function decideIdle(question: GoverningQuestion, idleMs: number): ClockDecision {
  if (idleMs >= SILENCE_MS) return { clockMhz: question.clocksMhz[0]!, reason: 'nothing reported for 5 s: lowest' };
  return { clockMhz: heldMhz(question), reason: 'nothing reported: keep' };
}

function lowestWithin({ clocksMhz, predictor }: GoverningQuestion, { load, budgetMs }: Need, margin: number): ClockDecision {
  for (const clockMhz of clocksMhz) {
    if (predictor.predict(load, clockMhz).latencyMs <= budgetMs * (1 + margin)) return { clockMhz, reason: 'lowest clock within the SLO' };
  }
  return { clockMhz: clocksMhz.at(-1)!, reason: 'no clock is within the SLO: highest' };
}

/**
 * The reference's rule (VoltanaLLM's EcoFreq): the lowest clock whose predicted latency keeps the SLO, the highest one as soon as anything waits,
 * the lowest one without traffic. Its medians over the last iterations are the present load here; no hysteresis.
 */
export const ecofreqGovernor = ({ margin, mostRequestsPerS = Infinity, joinTokens = 0 }: EcofreqTunables = { margin: 0 }): Governor => ({
  id: 'ecofreq',
  decide(question) {
    const { load, clocksMhz } = question;
    const idleMs = idleForMs(question);
    if (idleMs !== null) return decideIdle(question, idleMs);
    const need = load.phase === 'prefill' ? prefillNeed(load, question, joinTokens) : decodeNeed(load, question);
    if (load.requestRatePerS > mostRequestsPerS)
      return { clockMhz: clocksMhz.at(-1)!, reason: 'more requests than the threshold: highest' };
    if (need.queued) return { clockMhz: clocksMhz.at(-1)!, reason: 'requests wait: highest' };
    if (need.load.batch === 0) return { clockMhz: heldMhz(question), reason: 'nothing runs yet: keep' };
    return lowestWithin(question, need, margin);
  },
});
