import { bandwidthScale, computeScale } from './clock-effects.ts';
import type { Device } from './device.ts';
import { expertWork } from './experts.ts';
import { paddedBatch, paddedRows, runsEagerly } from './padding.ts';
import type { IterationWork } from './work.ts';

/** Milliseconds of one iteration, split by what bounds them. Busy times overlap, so they do not add up to `totalMs`. */
export interface IterationTime {
  readonly totalMs: number;
  /** Tensor cores busy. */
  readonly tensorMs: number;
  /** What the HBM traffic would take at the achieved peak of the top clock. */
  readonly hbmMs: number;
  readonly overheadMs: number;
  readonly memoryMs: number;
}

const FLOP_PER_MS_PER_TFLOPS = 1e9;
const BYTES_PER_MS_PER_GBPS = 1e6;
/** Two all-reduces a layer; NVLink bus bandwidth and launch floor of small messages on A100 (aiconfigurator tables). */
const ALL_REDUCE = { perLayer: 2, GBps: 230, floorMs: 0.012 };

/** Compute and memory of one GEMM group overlap in part: the Euclidean norm fits the A100 linear layers within 16 %, 2 % in the mean. */
const overlapped = (computeMs: number, memoryMs: number): number => Math.hypot(computeMs, memoryMs);

const overheadMs = (device: Device, work: IterationWork, compute: number): number => {
  const { hostMs, launchMs, eagerFactor } = device.engine;
  const eager = work.phase === 'decode' && runsEagerly(device, work.sequences) ? eagerFactor : 1;
  return device.personality.overhead * eager * (hostMs[work.phase] + launchMs[work.phase] / compute);
};

const allReduceMs = (device: Device, rows: number): number => {
  if (device.tp === 1) return 0;
  const bytes = rows * device.model.hidden * device.model.bytesPerWeight;
  return device.model.layers * ALL_REDUCE.perLayer * (ALL_REDUCE.floorMs + bytes / (ALL_REDUCE.GBps * BYTES_PER_MS_PER_GBPS));
};

/** One iteration at an SM clock that really holds. */
export function iterationTime(device: Device, work: IterationWork, clockMhz: number): IterationTime {
  const { gpu, model, personality } = device;
  const compute = computeScale(device, clockMhz);
  const tensorRate = gpu.bf16Tflops * FLOP_PER_MS_PER_TFLOPS * compute;
  const hbmRate = gpu.hbmGBps * BYTES_PER_MS_PER_GBPS * personality.bandwidth;
  const bandwidth = bandwidthScale(device, clockMhz);
  const rows = work.phase === 'decode' ? paddedBatch(device, work.newTokens) : work.newTokens;
  const gemmRate = tensorRate * gpu.gemmEfficiency * personality.gemm;
  const streamRate = hbmRate * gpu.weightStreamEfficiency;

  const linearTensorMs = (2 * device.linearWeights * paddedRows(device, rows)) / gemmRate;
  const experts = expertWork(device, work.newTokens, rows);
  const expertTensorMs = (2 * experts.multiplyAdds) / gemmRate;
  const expertHbmMs = (experts.weightsRead * model.bytesPerWeight) / streamRate;
  const headTensorMs = (2 * device.headWeights * paddedRows(device, work.sequences)) / gemmRate;
  const attentionTensorMs =
    (4 * (model.heads / device.tp) * model.headDim * model.layers * work.attendedPairs) /
    (tensorRate * gpu.attentionEfficiency * personality.attention);
  const linearHbmMs = (device.linearWeights * model.bytesPerWeight) / streamRate;
  const headHbmMs = (device.headWeights * model.bytesPerWeight) / streamRate;
  const kvHbmMs = (work.kvTokens * device.kvBytesPerToken) / (hbmRate * gpu.kvStreamEfficiency * personality.attention);
  const activationHbmMs = (work.newTokens * device.activationBytesPerToken) / streamRate;

  const idleMs = overheadMs(device, work, compute) + allReduceMs(device, rows);
  const attentionMs = work.phase === 'decode' ? kvHbmMs / bandwidth : overlapped(attentionTensorMs, kvHbmMs / bandwidth);
  const gemmMs = (computeMs: number, memoryMs: number): number => overlapped(computeMs, memoryMs / bandwidth);
  const totalMs =
    gemmMs(linearTensorMs, linearHbmMs) +
    gemmMs(headTensorMs, headHbmMs) +
    attentionMs +
    activationHbmMs / bandwidth +
    idleMs +
    gemmMs(expertTensorMs, expertHbmMs);
  const hbmMs = linearHbmMs + headHbmMs + kvHbmMs + activationHbmMs + expertHbmMs;
  return {
    totalMs,
    tensorMs: linearTensorMs + headTensorMs + attentionTensorMs + expertTensorMs,
    hbmMs,
    overheadMs: idleMs,
    memoryMs: hbmMs / bandwidth,
  };
}
