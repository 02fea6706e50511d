import type { ClockDecision } from '../../domain/clock.ts';
import type { GivenTunables } from '../../domain/tunables.ts';
import type { PrefillLoad } from '../../telemetry/load.ts';
import type { Governor, GoverningQuestion } from '../governor.ts';
import { heldMhz, idleForMs } from '../nearest.ts';
import { CHUNK_TOKENS, promptBatches, type PromptBatch } from '../prompt-batches.ts';
import { sloGovernor } from '../slo/index.ts';
import { SLO_TUNABLES, type SloTunables } from '../slo/tunables.ts';
import { thriftyCost } from '../thrift.ts';
import { planFirst, type PlanStep } from './plan.ts';

const MS_PER_S = 1000;

export interface MpcTunables {
  /** Iterations planned ahead. */
  readonly horizon: number;
  /** Clocks tried for each of them. */
  readonly clocks: number;
  /** Planned for this part of the TTFT SLO. */
  readonly ttftTarget: number;
  readonly chunkTokens: number;
  readonly idleAfterMs: number;
  /** How much energy is worth against latency inside the promise: see `thriftyCost`. */
  readonly thrift: number;
}

/** Horizon and number of clocks are BiScale's (arXiv 2602.18755). */
const MPC_TUNABLES: MpcTunables = { horizon: 8, clocks: 7, ttftTarget: 0.9, chunkTokens: CHUNK_TOKENS, idleAfterMs: 500, thrift: 1 };

/** The standing ones where nothing else was given. */
export const tunedMpc = ({ ttftTarget = MPC_TUNABLES.ttftTarget, thrift = MPC_TUNABLES.thrift }: GivenTunables): MpcTunables => ({
  ...MPC_TUNABLES,
  ttftTarget,
  thrift,
});

/** So many of the table, evenly, both ends among them. */
function spread(clocksMhz: readonly number[], count: number): number[] {
  if (clocksMhz.length <= count) return [...clocksMhz];
  return Array.from({ length: count }, (_, i) => clocksMhz[Math.round((i * (clocksMhz.length - 1)) / (count - 1))]!);
}

interface Question extends GoverningQuestion {
  readonly load: PrefillLoad;
}

/** Energy counts above an instance that idles at its lowest clock: what is done earlier idles longer. */
function stepOf(question: Question, batch: PromptBatch, tried: readonly number[], remaining: number, tunables: MpcTunables): PlanStep {
  const { predictor, slo, load } = question;
  const floorW = predictor.predict({ batch: 0, tokens: 0 }, question.clocksMhz[0]!).idleW;
  const [latencyMs, energyJ]: [number[], number[]] = [[], []];
  for (const clockMhz of tried) {
    const predicted = predictor.predict({ batch: batch.prompts, tokens: batch.tokens }, clockMhz);
    const takesMs = remaining * predicted.latencyMs;
    latencyMs.push(takesMs);
    energyJ.push(thriftyCost(((predicted.powerW - floorW) * takesMs) / MS_PER_S, takesMs, tunables.thrift));
  }
  return { latencyMs, energyJ, deadlineMs: batch.oldestMs + slo.ttftMs * tunables.ttftTarget - load.afterPrefillMs };
}

/** What is left of the iteration under way, if it has run at the present clock. */
function remainingOf({ load, nowMs, predictor, currentMhz }: Question, { prompts, tokens }: PromptBatch): number {
  if (load.headSinceMs === null) return 1;
  const { latencyMs } = predictor.predict({ batch: prompts, tokens }, currentMhz);
  return Math.max(0, 1 - (nowMs - load.headSinceMs) / latencyMs);
}

function decidePrefill(question: Question, tunables: MpcTunables): ClockDecision {
  const { load, nowMs, clocksMhz } = question;
  const batches = promptBatches(load, tunables.chunkTokens, tunables.horizon);
  if (batches.length === 0) {
    const idleMs = idleForMs(question) ?? 0;
    if (idleMs >= tunables.idleAfterMs) return { clockMhz: clocksMhz[0]!, reason: 'idle' };
    return { clockMhz: heldMhz(question), reason: 'idle: wait' };
  }
  const tried = spread(clocksMhz, tunables.clocks);
  const steps = batches.map((batch, i) => stepOf(question, batch, tried, i === 0 ? remainingOf(question, batch) : 1, tunables));
  const first = planFirst(nowMs, steps);
  if (first === null) return { clockMhz: clocksMhz.at(-1)!, reason: 'no plan keeps every deadline: highest' };
  return { clockMhz: tried[first]!, reason: `least energy over ${steps.length} iterations` };
}

/** Prefill by planning ahead over the queue, as BiScale does: the clock sequence of least energy that keeps every deadline. Decode as `slo`. */
export function mpcGovernor(tunables: MpcTunables = MPC_TUNABLES, sloTunables: SloTunables = SLO_TUNABLES): Governor {
  const decode = sloGovernor(sloTunables);
  return {
    id: 'mpc',
    decide(question) {
      const { load } = question;
      return load.phase === 'prefill' ? decidePrefill({ ...question, load }, tunables) : decode.decide(question);
    },
  };
}
