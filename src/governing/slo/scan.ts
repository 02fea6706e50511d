/** What one clock would cost and whether it keeps the promise. */
export interface ClockOption {
  readonly clockMhz: number;
  /** What it costs, in the asker's own measure; comparable among the options of one decision only. */
  readonly cost: number;
  /** Predicted for the work at hand. */
  readonly latencyMs: number;
  /** Whether it keeps the SLO, as far as predictions tell. */
  readonly feasible: boolean;
}

/** Judges a clock. The answers to the nearest slower and faster ones tried so far are a place to start from. */
export type Judge<O> = (clockMhz: number, slower: O | undefined, faster: O | undefined) => O;

/** Minima this close to the best may hide a better one between the clocks tried first. */
const RIVAL = 1.06;

class Scan<O extends ClockOption> {
  readonly #clocksMhz: readonly number[];
  readonly #judge: Judge<O>;
  /** What has been tried, ascending, and its places in the table. */
  readonly options: O[] = [];
  readonly #places: number[] = [];

  constructor(clocksMhz: readonly number[], judge: Judge<O>) {
    this.#clocksMhz = clocksMhz;
    this.#judge = judge;
  }

  try(index: number): O {
    const { options } = this;
    const places = this.#places;
    let at = places.length;
    while (at > 0 && places[at - 1]! >= index) at--;
    const next = at < places.length ? options[at] : undefined;
    if (next !== undefined && places[at] === index) return next;
    const option = this.#judge(this.#clocksMhz[index]!, at > 0 ? options[at - 1] : undefined, next);
    this.#insert(at, index, option);
    return option;
  }

  /** What keeps no promise is never the cheapest. */
  cost(index: number): number {
    const { feasible, cost } = this.try(index);
    return feasible ? cost : Infinity;
  }

  /** Halves the way to the neighbours until none lies between. */
  refine(index: number, stride: number): void {
    let best = index;
    for (let step = stride; step > 1;) {
      step = Math.ceil(step / 2);
      for (const next of [best - step, best + step]) {
        if (next >= 0 && next < this.#clocksMhz.length && this.cost(next) < this.cost(best)) best = next;
      }
    }
  }

  #insert(at: number, index: number, option: O): void {
    const { options } = this;
    const places = this.#places;
    options.push(option);
    places.push(index);
    for (let i = places.length - 1; i > at; i--) {
      options[i] = options[i - 1]!;
      places[i] = places[i - 1]!;
    }
    options[at] = option;
    places[at] = index;
  }
}

function coarse(count: number, stride: number): number[] {
  const indices: number[] = [];
  for (let index = count - 1; index > 0; index -= stride) indices.push(index);
  indices.push(0);
  return indices;
}

/** Cost is no valley across batch steps: every minimum among the clocks tried first that might win is looked into. */
function rivals<O extends ClockOption>(scan: Scan<O>, indices: readonly number[]): number[] {
  const costs = indices.map((index) => scan.cost(index));
  const most = Math.min(...costs) * RIVAL;
  return indices.filter((_, i) => {
    const cost = costs[i]!;
    const before = i === 0 ? Infinity : costs[i - 1]!;
    const after = i === costs.length - 1 ? Infinity : costs[i + 1]!;
    return cost < Infinity && cost <= most && cost <= before && cost <= after;
  });
}

/**
 * Judges some clocks of a table, from coarse to fine around the cheapest that keep the SLO; with a stride of 1 all of them.
 * @param clocksMhz ascending, never empty
 * @returns ascending by clock, the highest and the lowest and the one in force among them
 */
export function scanClocks<O extends ClockOption>(clocksMhz: readonly number[], currentMhz: number, stride: number, judge: Judge<O>): O[] {
  const scan = new Scan(clocksMhz, judge);
  const indices = coarse(clocksMhz.length, stride);
  for (const index of indices) scan.try(index);
  const current = clocksMhz.indexOf(currentMhz);
  if (current >= 0) scan.try(current);
  for (const index of rivals(scan, indices)) scan.refine(index, stride);
  return scan.options;
}

/** A transition takes time and a place in the rate limit: what any clock but the one in force costs more. */
export const withTransition = ({ clockMhz, cost }: ClockOption, currentMhz: number, minSaving: number): number =>
  clockMhz === currentMhz ? cost : cost * (1 + minSaving);

/**
 * The cheapest that keeps the SLO, a transition included; the slowest of equals, since a clock above a power limit costs the same and is no faster.
 * Null when none keeps it.
 */
export function cheapest<O extends ClockOption>(options: readonly O[], currentMhz: number, minSaving: number): O | null {
  let best: O | null = null;
  let least = Infinity;
  for (const option of options) {
    const cost = withTransition(option, currentMhz, minSaving);
    if (!option.feasible || cost >= least) continue;
    [best, least] = [option, cost];
  }
  return best;
}

/** Latency this close to the best is the best. */
const AS_FAST = 1.002;

/** The slowest of the clocks that are as fast as the highest: beyond a power limit more is asked for nothing. */
export function fastest<O extends ClockOption>(options: readonly O[]): O {
  const { latencyMs } = options.at(-1)!;
  return options.find((option) => option.latencyMs <= latencyMs * AS_FAST) ?? options.at(-1)!;
}
