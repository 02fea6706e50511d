import type { ProfilePoint } from '../domain/profile.ts';

/** What to measure next on one instance. */
export interface PlannedPoint {
  readonly clockMhz: number;
  /** Decode: running requests. Prefill: prompts in the iteration. */
  readonly batch: number;
  /** Of each request: KV tokens (decode) or prompt tokens (prefill). */
  readonly tokens: number;
  /** For people: what this point is for. */
  readonly why: string;
}

/**
 * Chooses the points of one instance's sweep. It remembers nothing: what comes next follows from what was measured, so
 * that a sweep that was interrupted goes on as it would have.
 */
export interface Designer {
  /**
   * @param points all that were measured so far, valid or not, in order; control points are not among them
   * @returns null when enough is known
   */
  next(points: readonly ProfilePoint[]): PlannedPoint | null;
}
