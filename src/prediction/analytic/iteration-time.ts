import type { ClockEffects } from './clock-effects.ts';

/** Milliseconds of one iteration, and how much of it keeps each part of the GPU busy. Parts overlap. */
export interface IterationTime extends ClockEffects {
  totalMs: number;
  /** Host and launches: no kernel runs, or only now and then. */
  waitMs: number;
  /** GEMMs of the layers, experts and lm_head aside; attention; norms, rotary embedding, activation and adds. */
  gemmMs: number;
  attentionMs: number;
  elementwiseMs: number;
  /** Launches, drains and collectives, where neither tensor cores nor HBM are the limit. */
  overheadMs: number;
  computeMs: number;
  memoryMs: number;
  /** Fraction of the tensor peak of this clock, and of the HBM peak. */
  tensorUse: number;
  hbmUse: number;
  /** Mean power of one GPU, before any limit. */
  busyW: number;
}

/** The part of an iteration's time that KV tokens do not change, at one clock: everything but attention. */
export interface RowTime {
  /** By how much the SMs and the achieved bandwidth are slower than at the top clock. */
  sm: number;
  hbm: number;
  gemmMs: number;
  headMs: number;
  elementwiseMs: number;
  kernelsMs: number;
  expertsMs: number;
  elementwiseSm: number;
  computeMs: number;
  memoryMs: number;
  elementwiseHbm: number;
  expertsSm: number;
  expertsHbm: number;
}

export const emptyRowTime = (): RowTime => ({
  sm: 1,
  hbm: 1,
  gemmMs: 0,
  headMs: 0,
  elementwiseMs: 0,
  kernelsMs: 0,
  expertsMs: 0,
  elementwiseSm: 0,
  computeMs: 0,
  memoryMs: 0,
  elementwiseHbm: 0,
  expertsSm: 0,
  expertsHbm: 0,
});

export const emptyTime = (): IterationTime => ({
  clockMhz: 0,
  bandwidth: 1,
  dynamic: 1,
  idleW: 0,
  totalMs: 0,
  waitMs: 0,
  gemmMs: 0,
  attentionMs: 0,
  elementwiseMs: 0,
  overheadMs: 0,
  computeMs: 0,
  memoryMs: 0,
  tensorUse: 0,
  hbmUse: 0,
  busyW: 0,
});
