import { VoltanaError } from '../../domain/errors.ts';

/** One look at many configurations: those that the rung before left over, and unseen ones near the best of them. */
export interface Rung {
  /** Of each configuration's run. */
  readonly requests: number;
  /** Configurations that enter: drawn on the first rung, survivors on later ones. */
  readonly enter: number;
  /** Unseen ones near the best that are looked at on top. */
  readonly neighbours: number;
}

/** How much work a search may do. */
export interface SearchEffort {
  readonly rungs: readonly Rung[];
  /** Steps around the best at the end: first looks on the last rung but one, confirmed on the last. */
  readonly local: { readonly looks: number; readonly confirmations: number };
  readonly judging: {
    /** Configurations in one round of judging, and rounds at most. */
    readonly finalists: number;
    readonly rounds: number;
    readonly seeds: number;
    /** Of each seed. */
    readonly requests: number;
  };
  /** Neighbours of the pick that are compared with it; the pick may move on once, and is compared again. */
  readonly sensitivity: number;
}

export type EffortName = 'quick' | 'usual' | 'thorough';

export const EFFORTS: Readonly<Record<EffortName, SearchEffort>> = {
  quick: {
    rungs: [
      { requests: 300, enter: 300, neighbours: 60 },
      { requests: 1500, enter: 40, neighbours: 20 },
    ],
    local: { looks: 60, confirmations: 12 },
    judging: { finalists: 4, rounds: 2, seeds: 2, requests: 6000 },
    sensitivity: 16,
  },
  usual: {
    rungs: [
      { requests: 400, enter: 1500, neighbours: 440 },
      { requests: 1600, enter: 140, neighbours: 50 },
      { requests: 6400, enter: 28, neighbours: 10 },
    ],
    local: { looks: 110, confirmations: 14 },
    judging: { finalists: 4, rounds: 3, seeds: 3, requests: 8000 },
    sensitivity: 16,
  },
  thorough: {
    rungs: [
      { requests: 600, enter: 5000, neighbours: 1500 },
      { requests: 2400, enter: 800, neighbours: 200 },
      { requests: 9600, enter: 120, neighbours: 40 },
    ],
    local: { looks: 500, confirmations: 60 },
    judging: { finalists: 8, rounds: 4, seeds: 5, requests: 20_000 },
    sensitivity: 36,
  },
};

/** A first look lasts this long at least, s: less than requests stay, and fleets look better than they are. But it grows to no more than this. */
const FIRST_LOOK_S = 15;
const MOST_GROWTH = 3;

/** An effort whose first looks are long enough at a rate of so many requests per s. */
export function effortAt(name: EffortName, ratePerS: number): SearchEffort {
  const effort = EFFORTS[name];
  const [first, ...later] = effort.rungs;
  const requests = Math.max(first!.requests, Math.min(Math.ceil(FIRST_LOOK_S * ratePerS), MOST_GROWTH * first!.requests));
  return {
    ...effort,
    rungs: [{ ...first!, requests }, ...later.map((rung) => ({ ...rung, requests: Math.max(rung.requests, requests) }))],
  };
}

/** Picks that are compared with their neighbours: what the pick moves on to is the second. */
export const SENSED = 2;

/** Rounds of larger fleets, where no finalist keeps the target: one instance more, two, four, eight. */
export const LARGER_ROUNDS = 4;

/** Tries of a looser promise, where none keeps the one that was asked for. */
export const NEAREST_TRIES = 4;

/** Simulated requests of a search, known before it begins. */
export interface SearchPlan {
  /** Different configurations that are simulated, at most. */
  readonly configurations: number;
  /** With one round of judging, and a pick that does not move on. */
  readonly usualRequests: number;
  /** It never takes more. */
  readonly mostRequests: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const judged = ({ judging, sensitivity }: SearchEffort, rounds: number, picks: number): number =>
  judging.requests * (judging.seeds * (judging.finalists * rounds + 1) + sensitivity * picks);

/** What a search with this effort simulates; a space with fewer configurations takes less. */
export function planOf(effort: SearchEffort): SearchPlan {
  const rungs = sum(effort.rungs.map(({ requests, enter, neighbours }) => requests * (enter + neighbours)));
  const local =
    effort.local.looks * (effort.rungs.at(-2) ?? effort.rungs.at(-1)!).requests +
    effort.local.confirmations * effort.rungs.at(-1)!.requests;
  // The sensitivity's neighbours may turn out to be better: then one of them is judged too, on the seeds that are left.
  const late = effort.judging.requests * (effort.judging.seeds * effort.judging.finalists + NEAREST_TRIES);
  return {
    configurations:
      sum(effort.rungs.map(({ enter, neighbours }, i) => (i === 0 ? enter : 0) + neighbours)) +
      effort.local.looks +
      effort.judging.finalists * LARGER_ROUNDS +
      effort.sensitivity * SENSED +
      1,
    usualRequests: rungs + local + judged(effort, 1, 1),
    mostRequests: rungs + local + judged(effort, effort.judging.rounds + LARGER_ROUNDS, SENSED) + late,
  };
}

const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;

/** @throws VoltanaError BUG for an effort that finds nothing out */
export function checkEffort({ rungs, local, judging, sensitivity }: SearchEffort): void {
  const counts = [...rungs.flatMap(({ requests, enter }) => [requests, enter]), ...Object.values(judging)];
  const extras = [...rungs.map(({ neighbours }) => neighbours), ...Object.values(local), sensitivity];
  if (rungs.length > 0 && counts.every((value) => whole(value, 1)) && extras.every((value) => whole(value, 0))) return;
  throw new VoltanaError('BUG', 'a search needs rungs of at least one request and one configuration, and a round of judging');
}
