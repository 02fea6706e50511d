import { VoltanaError } from '../../../domain/errors.ts';
import type { WorkloadRequest } from '../../../domain/request.ts';
import type { Slo } from '../../../domain/slo.ts';
import { MS_PER_S } from '../../../domain/units.ts';
import { significant } from '../../../reporting/format.ts';
import type { PhasePredictors } from '../can-serve.ts';

const PERCENT = 100;
const TENTHS = 10;

/** One answer on an engine that does nothing else, at its highest clock. */
export interface ShortestAnswer {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly prefillMs: number;
  readonly gapMs: number;
  readonly ms: number;
}

/** Nothing queues, and the KV is as small as when it begins: no simulation is faster. */
function shortestOf({ devices, prefill, decode }: PhasePredictors, { promptTokens, maxTokens }: WorkloadRequest): ShortestAnswer {
  const clockMhz = devices.clocksMhz.at(-1)!;
  const prefillMs = prefill.predict({ batch: 1, tokens: promptTokens }, clockMhz).latencyMs;
  const gapMs = decode.predict({ batch: 1, tokens: promptTokens }, clockMhz).latencyMs;
  return { promptTokens, outputTokens: maxTokens, prefillMs, gapMs, ms: prefillMs + (maxTokens - 1) * gapMs };
}

/** Of answers in ascending order, the one that a fraction of them does not exceed. */
const atTarget = (answers: readonly ShortestAnswer[], target: number): ShortestAnswer =>
  answers[Math.max(0, Math.ceil(target * answers.length) - 1)]!;

/**
 * How long the answer takes that so many of the requests do not exceed, each by itself on the devices that are quickest with it.
 * @param requests one at least @param devices one at least @param target above 0, up to 1
 */
export function shortestAnswer(requests: readonly WorkloadRequest[], devices: readonly PhasePredictors[], target: number): ShortestAnswer {
  const ways = devices.map((one) => {
    const answers = requests.map((request) => shortestOf(one, request)).sort((a, b) => a.ms - b.ms);
    return atTarget(answers, target);
  });
  return ways.reduce((best, way) => (way.ms < best.ms ? way : best));
}

const seconds = (ms: number): string => `${significant(ms / MS_PER_S, 3)} s`;

const arithmetic = ({ promptTokens, outputTokens, prefillMs, gapMs, ms }: ShortestAnswer): string =>
  `a prompt of ${promptTokens} tokens in ${prefillMs.toFixed(1)} ms and ${outputTokens - 1} gaps of ${gapMs.toFixed(2)} ms, ${seconds(ms)} in all`;

/** What governors and routing plan with where only the end of an answer is promised, and how that came about. */
export interface PlannedSlo {
  readonly slo: Slo;
  readonly text: string;
}

/**
 * The time that a long answer needs by itself is its own; half of what is left of the deadline is for its first token to wait, half for
 * its gaps to be longer. Shorter answers are done sooner.
 * @throws VoltanaError BAD_VALUE for a deadline that not even an engine of its own would keep
 */
export function plannedSlo(shortest: ShortestAnswer, deadlineMs: number, target: number): PlannedSlo {
  const { prefillMs, gapMs, outputTokens, ms } = shortest;
  const part = `${+(PERCENT * target).toFixed(3)} % of the answers`;
  const leftMs = deadlineMs - ms;
  if (leftMs <= 0)
    throw new VoltanaError(
      'BAD_VALUE',
      `--batch-deadline ${deadlineMs / MS_PER_S} s is shorter than the shortest possible: ${part} take up to ${arithmetic(shortest)}, alone on an engine at its highest clock`,
      { hint: `Allow more than ${Math.ceil(ms / MS_PER_S)} s, or give a lower --batch-target.` },
    );
  const ttftMs = Math.floor(prefillMs + leftMs / 2);
  const itlMs = Math.floor(TENTHS * (gapMs + leftMs / 2 / Math.max(1, outputTokens - 1))) / TENTHS;
  return {
    slo: { ttftMs: Math.max(1, ttftMs), itlMs: Math.max(1 / TENTHS, itlMs) },
    text: `${part} take up to ${arithmetic(shortest)}, alone at the highest clock. The other ${seconds(leftMs)} of the deadline are split evenly between the wait for the first token and longer gaps: policies plan with ${seconds(ttftMs)} and ${itlMs} ms.`,
  };
}
