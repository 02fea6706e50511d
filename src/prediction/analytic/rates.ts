import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import { expertWeightsOf } from './experts.ts';
import { GEMMS_PER_LAYER } from './gemm.ts';
import type { Personality } from './personality.ts';
import { kvHeadsPerGpu } from './tensor-parallel.ts';

/**
 * What the cards and the personality say to one unit of each kind of work, per GPU at the top clock. Taken once per device: an
 * estimate then reads numbers from objects of one shape, and cards may be of any.
 */
export interface Rates {
  readonly hbmMsPerByte: number;
  readonly gemm: GemmRates;
  readonly experts: ExpertRates;
  readonly attention: AttentionRates;
  readonly overhead: OverheadRates;
  readonly power: PowerRates;
}

interface GemmRates {
  /** Milliseconds at the tensor peak for these weights, and for the lm_head's. */
  readonly msPerFlop: number;
  readonly headMsPerFlop: number;
  /** Times the peak that GEMMs and streamed weights take. */
  readonly slowdown: number;
  readonly streamSlowdown: number;
  readonly rampRows: number;
  readonly bytesPerWeight: number;
  readonly headBytesPerWeight: number;
  readonly elementwiseBytesPerToken: number;
}

interface ExpertRates {
  /** Of a layer; 0 in a dense model. */
  readonly experts: number;
  readonly expertsPerToken: number;
  /** Of one expert, over all layers. */
  readonly weights: number;
  /** Rows that an expert in use computes for nothing. */
  readonly padRows: number;
}

interface AttentionRates {
  readonly flopPerPair: number;
  readonly msPerFlop: number;
  readonly kvBytesPerToken: number;
  readonly queryBytesPerToken: number;
  readonly slowdown: number;
  readonly kvSlowdown: number;
  readonly msPerSequence: number;
  readonly kvRampMs: number;
  /** KV tokens of which a layer's KV is as large as the L2. */
  readonly l2Tokens: number;
}

/** All collectives of an iteration: in one step, or in two with less traffic. */
export interface AllReduceRates {
  readonly oneStepMs: number;
  readonly oneStepMsPerRow: number;
  readonly twoStepsMs: number;
  readonly twoStepsMsPerRow: number;
}

interface OverheadRates {
  readonly elementwiseMs: number;
  readonly kernelsMs: number;
  readonly prefillHostMs: number;
  readonly decodeHostMs: number;
  readonly launchesMs: number;
  readonly allReduce: AllReduceRates;
}

/** Watts, the personality's share in them included. */
export interface PowerRates {
  readonly limitW: number;
  readonly activeW: number;
  readonly hbmW: number;
  readonly smW: number;
  readonly tensorW: number;
  readonly attentionW: number;
}

/** Everything that a device is made of. */
export interface Parts {
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly tp: number;
  readonly personality: Personality;
}

/** Bytes of an activation: bf16 also where weights are FP8. */
export const ACTIVATION_BYTES = 2;
const FLOP_PER_MS_PER_TFLOPS = 1e9;
const BYTES_PER_MS_PER_GBPS = 1e6;
/** Two all-reduces a layer: after attention and after the FFN. */
const ALL_REDUCES_PER_LAYER = 2;

/** FP8 weights run at the FP8 peak where the tensor cores have one; elsewhere they are widened and run at the bf16 peak. */
const peakTflopsOf = (gpu: GpuCard, bytesPerWeight: number): number =>
  bytesPerWeight <= 1 ? (gpu.fp8Tflops ?? gpu.bf16Tflops) : gpu.bf16Tflops;

const msPerFlopOf = (tflops: number): number => 1 / (tflops * FLOP_PER_MS_PER_TFLOPS);

/** Bytes of a weight of the lm_head and the embedding. */
export const headBytesPerWeight = ({ bytesPerWeight, bytesPerHeadWeight = bytesPerWeight }: ModelCard): number => bytesPerHeadWeight;

/** Width of all the FFN activations of one token. */
const ffnWidthOf = ({ ffn, moe }: ModelCard): number => (moe ? moe.expertsPerToken * moe.moeFfn : ffn);

/**
 * Bytes that norms, rotary embedding, activation and residual adds move per token: 10 passes over the hidden
 * state and 3 over the FFN's, from the per-operator table of Llama-3-8B on A100 (microsoft/vidur) at 8192 tokens.
 */
const elementwiseBytesOf = (model: ModelCard, tp: number): number =>
  model.layers * ACTIVATION_BYTES * (10 * model.hidden + (3 * ffnWidthOf(model)) / tp);

/** KV bytes of one token over all layers on one GPU of `tp`. */
export const kvBytesPerTokenOfGpu = (model: ModelCard, tp: number): number =>
  2 * model.layers * kvHeadsPerGpu(model, tp) * model.headDim * model.bytesPerKvElement;

/**
 * `count` all-reduces of rows of `elements` under a captured graph. In one step every GPU sends its part to all others; in two
 * (reduce-scatter, then all-gather) it sends less and waits twice. Libraries take what is quicker.
 */
export function allReduceRates({ allReduce: { floorMs, GBps } }: GpuCard, gpus: number, elements: number, count: number): AllReduceRates {
  const messageMs = (elements * ACTIVATION_BYTES) / (GBps * BYTES_PER_MS_PER_GBPS);
  return {
    oneStepMs: count * floorMs,
    oneStepMsPerRow: count * (gpus - 1) * messageMs,
    twoStepsMs: 2 * count * floorMs,
    twoStepsMsPerRow: count * ((2 * (gpus - 1)) / gpus) * messageMs,
  };
}

export const allReduceMs = (rates: AllReduceRates, rows: number): number =>
  Math.min(rates.oneStepMs + rows * rates.oneStepMsPerRow, rates.twoStepsMs + rows * rates.twoStepsMsPerRow);

const gemmRates = ({ gpu, model, tp, personality }: Parts): GemmRates => ({
  msPerFlop: msPerFlopOf(peakTflopsOf(gpu, model.bytesPerWeight)),
  headMsPerFlop: msPerFlopOf(peakTflopsOf(gpu, headBytesPerWeight(model))),
  slowdown: 1 / (gpu.gemmEfficiency * personality.gemm),
  streamSlowdown: 1 / (gpu.weightStreamEfficiency * personality.bandwidth),
  rampRows: gpu.gemmRampRows,
  bytesPerWeight: model.bytesPerWeight,
  headBytesPerWeight: headBytesPerWeight(model),
  elementwiseBytesPerToken: elementwiseBytesOf(model, tp),
});

/** The rows of an expert differ from one to the next: each in use pads by half a small tile on average. */
const expertRates = ({ gpu, model, tp }: Parts): ExpertRates => ({
  experts: model.moe?.experts ?? 0,
  expertsPerToken: model.moe?.expertsPerToken ?? 0,
  weights: model.moe ? (model.layers * expertWeightsOf(model, model.moe)) / tp : 0,
  padRows: gpu.tile.small / 2,
});

function attentionRates({ gpu, model, tp, personality }: Parts): AttentionRates {
  const kvBytesPerToken = kvBytesPerTokenOfGpu(model, tp);
  const queryWidth = (model.layers * model.heads * model.headDim) / tp;
  return {
    flopPerPair: 4 * queryWidth,
    msPerFlop: msPerFlopOf(gpu.bf16Tflops),
    kvBytesPerToken,
    queryBytesPerToken: 2 * queryWidth * ACTIVATION_BYTES,
    slowdown: 1 / (gpu.attentionEfficiency * personality.attention),
    kvSlowdown: 1 / (gpu.kvStreamEfficiency * personality.attention),
    msPerSequence: model.layers * gpu.kernels.kvHeadMs * kvHeadsPerGpu(model, tp),
    kvRampMs: model.layers * gpu.kernels.kvRampMs,
    l2Tokens: (gpu.l2Bytes * model.layers) / kvBytesPerToken,
  };
}

function overheadRates({ gpu, model, engine, tp, personality }: Parts): OverheadRates {
  const { kernels } = gpu;
  const layers = personality.overhead * model.layers;
  const allReduces = tp === 1 ? 0 : ALL_REDUCES_PER_LAYER * model.layers;
  return {
    elementwiseMs: layers * kernels.elementwiseMs,
    kernelsMs: layers * (kernels.attentionMs + GEMMS_PER_LAYER * kernels.gemmMs + kernels.gapMs),
    prefillHostMs: personality.overhead * engine.hostMs.prefill,
    decodeHostMs: personality.overhead * engine.hostMs.decode,
    launchesMs: layers * engine.eagerLayerMs,
    allReduce: allReduceRates(gpu, tp, model.hidden, allReduces),
  };
}

const powerRates = ({ gpu: { power }, personality }: Parts): PowerRates => ({
  limitW: power.limitW,
  activeW: power.activeW * personality.activePower,
  hbmW: power.hbmW,
  smW: power.smW * personality.dynamicPower,
  tensorW: power.tensorW * personality.dynamicPower,
  attentionW: power.attentionW * personality.dynamicPower,
});

export const ratesOf = (parts: Parts): Rates => ({
  hbmMsPerByte: 1 / (parts.gpu.hbmGBps * BYTES_PER_MS_PER_GBPS),
  gemm: gemmRates(parts),
  experts: expertRates(parts),
  attention: attentionRates(parts),
  overhead: overheadRates(parts),
  power: powerRates(parts),
});
