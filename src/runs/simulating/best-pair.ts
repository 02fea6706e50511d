import type { RunRecord } from '../../domain/run-record.ts';
import type { RoutingId } from '../../routing/registry.ts';
import { attainmentWorse } from '../../statistics/attainment.ts';
import { commonSpanOf } from '../../telemetry/common-span.ts';
import type { ClockPair, Contender, Scenario } from './options.ts';
import { simulate, type Maker, type Slices } from './simulate.ts';

/** Steps of the clock table between the pairs of the first look, and around the best pair afterwards. */
const GRID_STEPS = 12;
const REFINE_STEPS = [6, 3, 1];

export interface BestPair {
  readonly fixedMhz: ClockPair;
  readonly record: RunRecord;
  /** How many pairs were tried. */
  readonly tried: number;
}

/** Serves what `max` serves, and keeps the promises about as often. */
export const keepsUp = (baseline: RunRecord, run: RunRecord): boolean =>
  run.requests.failed + run.requests.unfinished <= baseline.requests.failed + baseline.requests.unfinished &&
  !attainmentWorse(baseline, run);

/** Joules per output token over the span that both runs cover; Infinity without any. */
export const costOf = (baseline: RunRecord, run: RunRecord): number =>
  commonSpanOf(baseline, run).candidateJoulesPerOutputToken ?? Infinity;

interface Found extends Omit<BestPair, 'tried'> {
  readonly at: readonly [prefill: number, decode: number];
  readonly cost: number;
}

/** Tries pairs of a clock table, each once, and keeps the cheapest that keeps up. */
class PairSearch {
  readonly #scenario: Scenario;
  readonly #routing: RoutingId;
  readonly #maker: Maker;
  readonly #baseline: RunRecord;
  readonly #seen = new Set<string>();
  best: Found;

  constructor(scenario: Scenario, routing: RoutingId, maker: Maker, baseline: RunRecord) {
    this.#scenario = scenario;
    this.#routing = routing;
    this.#maker = maker;
    this.#baseline = baseline;
    const top = scenario.clocksMhz.length - 1;
    const topMhz = scenario.clocksMhz[top]!;
    this.best = { at: [top, top], fixedMhz: { prefill: topMhz, decode: topMhz }, record: baseline, cost: costOf(baseline, baseline) };
  }

  get tried(): number {
    return this.#seen.size;
  }

  /** @returns whether one of them is better than all before */
  *tryAll(places: readonly (readonly [number, number])[]): Slices<boolean> {
    const before = this.best;
    for (const [prefill, decode] of places) {
      const { clocksMhz } = this.#scenario;
      const [prefillMhz, decodeMhz] = [clocksMhz[prefill], clocksMhz[decode]];
      if (prefillMhz === undefined || decodeMhz === undefined || this.#seen.has(`${prefill}:${decode}`)) continue;
      this.#seen.add(`${prefill}:${decode}`);
      yield* this.#try([prefill, decode], { prefill: prefillMhz, decode: decodeMhz });
    }
    return this.best !== before;
  }

  *#try(at: Found['at'], fixedMhz: ClockPair): Slices<void> {
    const contender: Contender = { governor: 'fixed-best', routing: this.#routing, fixedMhz };
    const record = yield* simulate(this.#scenario, contender, this.#maker);
    if (!keepsUp(this.#baseline, record)) return;
    const cost = costOf(this.#baseline, record);
    if (cost < this.best.cost) this.best = { at, fixedMhz, record, cost };
  }
}

const gridOf = (clocks: number): number[] => {
  const places = Array.from({ length: Math.ceil(clocks / GRID_STEPS) }, (_, i) => i * GRID_STEPS);
  return [...new Set([...places, clocks - 1])];
};

const around = ([prefill, decode]: Found['at'], step: number): [number, number][] =>
  [-step, 0, step].flatMap((dp) => [-step, 0, step].map((dd): [number, number] => [prefill + dp, decode + dd]));

/**
 * The static pair that costs the least joules per output token among those that keep the promises as `max` does, found on the very
 * requests that it is judged on: what no operator could know beforehand. A coarse grid, then finer around its best.
 */
export function* bestPair(scenario: Scenario, routing: RoutingId, maker: Maker): Slices<BestPair> {
  const baseline = yield* simulate(scenario, { governor: 'max', routing, fixedMhz: null }, maker);
  const search = new PairSearch(scenario, routing, maker, baseline);
  const grid = gridOf(scenario.clocksMhz.length);
  yield* search.tryAll(grid.flatMap((prefill) => grid.map((decode) => [prefill, decode] as const)));
  for (const step of REFINE_STEPS) while (yield* search.tryAll(around(search.best.at, step)));
  const { fixedMhz, record } = search.best;
  return { fixedMhz, record, tried: search.tried };
}
