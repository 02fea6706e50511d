import type { EffortName } from '../search/effort.ts';

/** How much work the questions behind a search may do. */
export interface QuestionEffort {
  /** Of each run. */
  readonly requests: number;
  /** Loads that each answer rests on. */
  readonly seeds: number;
  /** Hostile worlds, each with a load of its own, of so many requests. */
  readonly worlds: number;
  readonly worldRequests: number;
  /** Layouts of one size that are looked at, least busy first. */
  readonly layouts: number;
  /** A simulated day is squeezed until it holds no more, as far as it may be squeezed. */
  readonly dayRequests: number;
}

export const QUESTION_EFFORTS: Readonly<Record<EffortName, QuestionEffort>> = {
  quick: { requests: 6000, seeds: 1, worlds: 20, worldRequests: 1500, layouts: 3, dayRequests: 60_000 },
  usual: { requests: 12_000, seeds: 2, worlds: 20, worldRequests: 3000, layouts: 4, dayRequests: 150_000 },
  thorough: { requests: 20_000, seeds: 4, worlds: 40, worldRequests: 6000, layouts: 8, dayRequests: 400_000 },
};
