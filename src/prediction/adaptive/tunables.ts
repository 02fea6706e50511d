/** All deviations are natural logarithms of a ratio: 0.02 is 2 %. */
export interface AdaptiveTunables {
  /** Largest correction: factors between 1 / 1.3 and 1.3. */
  readonly limit: number;
  /**
   * A correction below so many of its own standard deviations, and below this part of an observation's noise, may be noise itself and is
   * not made; above, next to nothing is taken off it. Never more than `mostMinor`.
   */
  readonly minorDeviations: number;
  readonly minorNoise: number;
  readonly mostMinor: number;
  /** Fastest change of the correction, per second, and what may come at once after a pause. */
  readonly slewPerS: number;
  readonly slewAtOnce: number;
  /** What is expected of a fresh profile: a common error, one of each direction, one of each stretch of the batch. */
  readonly commonSd: number;
  readonly directionSd: number;
  readonly localSd: number;
  /** In so many seconds of observations the past is forgotten back to those: common and directions, stretches. */
  readonly memoryS: number;
  readonly localMemoryS: number;
  /** What a sudden change is expected to be. */
  readonly jumpCommonSd: number;
  readonly jumpDirectionSd: number;
  readonly jumpLocalSd: number;
  /** The median of so many standardised surprises beyond `changeAt` is a change and no accident. */
  readonly surprises: number;
  readonly changeAt: number;
  /** Surprises beyond these many deviations count less; beyond those, not at all. */
  readonly huberAt: number;
  readonly rejectAt: number;
  /** Noise of one observation: at first, and its bounds. */
  readonly noiseSd: number;
  readonly noiseBounds: readonly [number, number];
}

export const ADAPTIVE_TUNABLES: AdaptiveTunables = {
  limit: Math.log(1.3),
  minorDeviations: 1.5,
  minorNoise: 0.25,
  mostMinor: 0.01,
  slewPerS: 0.1,
  slewAtOnce: 0.05,
  commonSd: 0.02,
  directionSd: 0.01,
  localSd: 0.015,
  memoryS: 1500,
  localMemoryS: 15_000,
  jumpCommonSd: 0.1,
  jumpDirectionSd: 0.03,
  jumpLocalSd: 0.06,
  surprises: 12,
  changeAt: 1.5,
  huberAt: 2,
  rejectAt: 4,
  noiseSd: 0.03,
  noiseBounds: [0.003, 0.08],
};
