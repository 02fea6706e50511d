import type { ModelCard } from '../../domain/cards.ts';
import { kvHeadsPerGpu } from './tensor-parallel.ts';

/** One GEMM, or several that share their rows, as the sums that time needs: rows x k times k x n. */
export interface GemmShape {
  /** Sum of n * k. */
  readonly weights: number;
  /** Sum of n + k: elements read and written per row. */
  readonly widths: number;
}

export const gemmShape = (n: number, k: number): GemmShape => ({ weights: n * k, widths: n + k });

/** GEMMs of one layer of a dense model, each with a launch of its own: QKV, attention output, gate and up, down. */
export const GEMMS_PER_LAYER = 4;

/** The GEMMs of one layer on one GPU of `tp`: columns split, then rows (Megatron style). For MoE the router stands in for the FFN. */
export function gemmsOfLayer(model: ModelCard, tp: number): readonly GemmShape[] {
  const { hidden, heads, headDim, ffn, moe } = model;
  const qkvHeads = heads / tp + 2 * kvHeadsPerGpu(model, tp);
  const attention = [gemmShape(qkvHeads * headDim, hidden), gemmShape(hidden, (heads * headDim) / tp)];
  if (moe) return [...attention, gemmShape(moe.experts / tp, hidden)];
  return [...attention, gemmShape((2 * ffn) / tp, hidden), gemmShape(hidden, ffn / tp)];
}

/**
 * All layers' GEMMs as one. Compute and memory time of each keep nearly the same ratio, because they share their rows, so
 * overlapping their sums instead of each is a fraction of a per cent off and several times faster.
 */
export const layerGemms = (model: ModelCard, tp: number): GemmShape =>
  gemmsOfLayer(model, tp).reduce(
    (sum, { weights, widths }) => ({ weights: sum.weights + model.layers * weights, widths: sum.widths + model.layers * widths }),
    { weights: 0, widths: 0 },
  );

/** Compute and memory of a GEMM overlap in part: the cubic norm follows the A100 GEMM tables closest among 2, 3 and 4. */
export const overlapped = (computeMs: number, memoryMs: number): number =>
  Math.cbrt(computeMs * computeMs * computeMs + memoryMs * memoryMs * memoryMs);
