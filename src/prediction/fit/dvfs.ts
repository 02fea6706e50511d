import type { Role } from '../../domain/instance.ts';
import type { DvfsRow } from '../../domain/profile.ts';
import type { Predictor } from '../predictor.ts';

/** What a table is asked of. */
export interface DvfsQuestion {
  readonly phase: Role;
  readonly predictor: Predictor;
  /** Clocks to choose from, ascending, at least one. */
  readonly clocksMhz: readonly number[];
  /** KV tokens (decode) or prompt tokens (prefill) of each request. */
  readonly tokensEach: number;
  /** Running requests (decode), or prompts in an iteration (prefill): not beyond what was measured. */
  readonly mostBatch: number;
  /** Latencies of an iteration that each row finds the lowest clock for. */
  readonly slosMs: readonly number[];
}

/** Steps of the grid of token rates are round numbers; there are about so many of them up to what the instance sustains. */
const STEPS = 16;
const ROUND = [1, 2, 2.5, 5, 10];
/** Light loads lie closer: an instance is often nearly idle. */
const LIGHT = [1 / 8, 1 / 4, 1 / 2];
const MS_PER_S = 1000;

/** One batch at one clock. */
interface State {
  readonly tokensPerS: number;
  readonly latencyMs: number;
  readonly powerW: number;
  readonly idleW: number;
}

/** One clock: what each batch does, from 1 on. */
interface Ladder {
  readonly clockMhz: number;
  readonly states: readonly State[];
}

function ladderAt({ phase, predictor, tokensEach, mostBatch }: DvfsQuestion, clockMhz: number): Ladder {
  const states = Array.from({ length: Math.max(1, Math.floor(mostBatch)) }, (_, i): State => {
    const batch = i + 1;
    const { latencyMs, powerW, idleW } = predictor.predict({ batch, tokens: batch * tokensEach }, clockMhz);
    const tokens = phase === 'decode' ? batch : batch * tokensEach;
    return { tokensPerS: (tokens / latencyMs) * MS_PER_S, latencyMs, powerW, idleW };
  });
  return { clockMhz, states };
}

/** Where a load comes to rest at a clock. */
export interface Rest {
  readonly clockMhz: number;
  readonly batch: number;
  readonly latencyMs: number;
  readonly powerW: number;
}

/**
 * The batch that a load settles at: it grows from nothing until the instance keeps up, which on a staircase may be well below another
 * batch that would do too. Null when none does. Below one request the instance is idle for the rest of the time; between two
 * batches it is in either for a part of the time.
 */
function restAt({ clockMhz, states }: Ladder, tokensPerS: number): Rest | null {
  const index = states.findIndex((state) => state.tokensPerS >= tokensPerS);
  if (index < 0) return null;
  const { latencyMs, powerW, idleW, tokensPerS: most } = states[index]!;
  const before = states[index - 1] ?? { tokensPerS: 0, powerW: idleW };
  const part = (tokensPerS - before.tokensPerS) / (most - before.tokensPerS);
  return { clockMhz, batch: index + 1, latencyMs, powerW: before.powerW + (powerW - before.powerW) * part };
}

const morePct = (powerW: number, than: Rest): number => 100 * (powerW / than.powerW - 1);

/** How much more energy the worse of the two neighbouring clocks takes; 0 where there is none. */
const sensitivityPct = (rests: readonly Rest[], at: number): number =>
  Math.max(0, ...[rests[at - 1], rests[at + 1]].flatMap((rest) => (rest ? [morePct(rest.powerW, rests[at]!)] : [])));

function rowOf({ slosMs }: DvfsQuestion, ladders: readonly Ladder[], tokensPerS: number): DvfsRow {
  const rests = ladders.flatMap((ladder) => restAt(ladder, tokensPerS) ?? []);
  const best = rests.reduce((least, rest, i) => (rest.powerW < rests[least]!.powerW ? i : least), 0);
  const { batch, clockMhz, latencyMs, powerW } = rests[best]!;
  return {
    tokensPerS,
    batch,
    clockMhz,
    latencyMs,
    powerW,
    energyPerTokenJ: powerW / tokensPerS,
    savedPct: 100 * (1 - powerW / rests.at(-1)!.powerW),
    sensitivityPct: sensitivityPct(rests, best),
    lowestMhz: slosMs.map((sloMs) => ({ sloMs, clockMhz: rests.find((rest) => rest.latencyMs <= sloMs)?.clockMhz ?? null })),
  };
}

/** Where each of some loads comes to rest, at every clock that can keep up with it. */
export function restsOf(question: DvfsQuestion, loads: readonly number[]): Rest[][] {
  const ladders = question.clocksMhz.map((clockMhz) => ladderAt(question, clockMhz));
  return loads.map((tokensPerS) => ladders.flatMap((ladder) => restAt(ladder, tokensPerS) ?? []));
}

/** Token rates from next to nothing to the most that the instance sustains, which is the last of them. */
export function loadGrid(mostPerS: number): number[] {
  const exact = mostPerS / STEPS;
  const power = 10 ** Math.floor(Math.log10(exact));
  const step = power * ROUND.find((round) => round * power >= exact)!;
  const whole = Array.from({ length: Math.floor(mostPerS / step) }, (_, i) => (i + 1) * step).filter((rate) => rate < mostPerS);
  return [...LIGHT.map((part) => part * step), ...whole, mostPerS];
}

/**
 * For each load, from next to nothing to all that the highest clock can do, the clock that takes least power. At a fixed load the
 * power is the energy per token, and the batch answers the clock: B* = rate * t(B*, f).
 */
export function dvfsTable(question: DvfsQuestion): DvfsRow[] {
  const ladders = question.clocksMhz.map((clockMhz) => ladderAt(question, clockMhz));
  const most = Math.max(...ladders.at(-1)!.states.map(({ tokensPerS }) => tokensPerS));
  return loadGrid(most).map((tokensPerS) => rowOf(question, ladders, tokensPerS));
}
