/**
 * What the paper and its code leave open, set on 2026-11-23 and once: nothing here depends on a rate, and a length only on its data set.
 * docs/results.md tells how each was found. Whatever is not named here is as the shipped cards say.
 */
import type { Slo } from '../../../src/domain/slo.ts';
import type { LognormalLengths } from '../../../src/workload/lognormal-card.ts';

/** Seconds of arrivals. The demo's benchmark; the length of the published runs is not stated. */
export const DURATION_S = 120;

/**
 * The one constant of the GPU that is fitted, together with the margin below: least squares over both curves of Llama-3.1-8B on LMSYS, static
 * 1005 and ecofreq against static 1410 (`npm run bench:paper -- --only fit`). The card's 0.77 comes from other tables; a 300 W A100 had 0.67
 * (P - 60 W ~ f^3.4 from 1005 to 1410 MHz).
 */
export const VOLTAGE_FLOOR = 0.72;

const captureSizes = (upTo: number): number[] => {
  const sizes = [1, 2, 4];
  for (let size = 8; size <= upTo; size += size < 128 ? 8 : size < 256 ? 32 : 64) sizes.push(size);
  return sizes;
};

/** The reference's set-up, where it differs from the shipped card `sglang-like`: CUDA graphs up to a batch of 2048. */
export const ENGINE = { captureSizes: captureSizes(2048), maxRunningDecode: 1024, maxRunningPrefill: 512, chunkTokens: 16_384 };

export interface DatasetUnknowns {
  readonly prompt: LognormalLengths;
  readonly output: LognormalLengths;
}

/**
 * Neither distribution is published with the paper. The means of the literature (LMSYS 214.5 output tokens, ShareGPT 338) cannot be what
 * ran: at 95 requests/s the figure has 75 % of ShareGPT's gaps within the SLO, and 95 x 338 / 2 tokens/s x 2 x 8.0e9 FLOP are 257 TFLOP/s in
 * each decode GPU's linear layers alone, where 245 to 252 are the most that an A100 was seen to do. Benchmarks drop long conversations,
 * and newer tokenizers need fewer tokens. So the output means are set by where static 1410 loses the ITL SLO with Llama-3.1-8B, one number per data
 * set, shared by all models; the spread is the one that gives the energy of static 1410 in joules. Prompts: LMSYS as published, ShareGPT as the
 * reference's script says.
 */
export const DATASETS: Readonly<Record<string, DatasetUnknowns>> = {
  LMSYS: { prompt: { meanTokens: 69.5, sigma: 1.3 }, output: { meanTokens: 154, sigma: 0.8 } },
  ShareGPT: { prompt: { meanTokens: 250, sigma: 1.3 }, output: { meanTokens: 157, sigma: 0.8 } },
};

export interface ModelUnknowns {
  /** File name of the model card. */
  readonly card: string;
  readonly tp: number;
  readonly slo: Slo;
  /** The reference's `ITL SLO x (1 + margin)`, and the same for TTFT. */
  readonly margin: number;
}

/** The demo's SLOs; the published ones are not stated. The margin: see `VOLTAGE_FLOOR`. */
const LIKE_THE_DEMO = { tp: 1, slo: { ttftMs: 800, itlMs: 50 }, margin: -0.28 };

/** By the name in the figure. Any other model is taken for a card's id, with the demo's SLOs on one GPU an instance. */
const MODELS: Readonly<Record<string, ModelUnknowns>> = {
  'Llama-3.1-8B': { ...LIKE_THE_DEMO, card: 'llama-3.1-8b' },
  'Ministral-3B': { ...LIKE_THE_DEMO, card: 'ministral-3b' },
  // No demo runs this one. Its ITL SLO is where static 1410 loses it on LMSYS, its margin by the energies there.
  'Qwen3-32B': { card: 'qwen3-32b', tp: 2, slo: { ttftMs: 2000, itlMs: 80 }, margin: -0.15 },
};

export const modelUnknowns = (name: string): ModelUnknowns => {
  const known = Object.entries(MODELS).find(([each]) => name.toLowerCase().startsWith(each.toLowerCase()));
  return known?.[1] ?? { ...LIKE_THE_DEMO, card: name.toLowerCase() };
};
