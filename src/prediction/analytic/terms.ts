import type { Device } from './device.ts';
import { distinctExperts } from './experts.ts';
import { overlapped, type GemmShape } from './gemm.ts';
import { paddedBatch, paddedRows, runsEagerly } from './padding.ts';
import { ACTIVATION_BYTES, allReduceMs, type Rates } from './rates.ts';
import type { IterationWork } from './work.ts';

/**
 * What one iteration asks of each part of a GPU, before any clock: milliseconds at the top clock. The names end in what
 * they shrink with: `Sm` with the SM clock, `Hbm` with the achieved bandwidth, `Fixed` with nothing.
 */
export interface Terms {
  layersSm: number;
  layersHbm: number;
  headSm: number;
  headHbm: number;
  expertsSm: number;
  expertsHbm: number;
  attentionSm: number;
  attentionHbm: number;
  /** Latency of filling the memory pipeline with KV reads, and of one block per sequence and KV head. */
  kvRampSm: number;
  sequencesSm: number;
  elementwiseSm: number;
  elementwiseHbm: number;
  /** Launch and drain of GEMM and attention kernels. */
  kernelsSm: number;
  allReduceFixed: number;
  /** Work of the host between iterations. */
  hostFixed: number;
  /** The host needs at least this long to launch all kernels one by one; 0 under a captured graph. */
  launchesFixed: number;
  /** Tensor and HBM work in milliseconds at the peaks: what power follows. */
  tensorPeakMs: number;
  hbmPeakMs: number;
}

export const emptyTerms = (): Terms => ({
  layersSm: 0,
  layersHbm: 0,
  headSm: 0,
  headHbm: 0,
  expertsSm: 0,
  expertsHbm: 0,
  attentionSm: 0,
  attentionHbm: 0,
  kvRampSm: 0,
  sequencesSm: 0,
  elementwiseSm: 0,
  elementwiseHbm: 0,
  kernelsSm: 0,
  allReduceFixed: 0,
  hostFixed: 0,
  launchesFixed: 0,
  tensorPeakMs: 0,
  hbmPeakMs: 0,
});

/** Query rows of a flash-attention block: causal attention computes half a block more than the triangle for each token. */
const ATTENTION_BLOCK_ROWS = 128;

/** What a GEMM computes, in FLOP, and what it moves, in bytes. */
const gemmFlop = ({ gemm }: Rates, { weights }: GemmShape, rows: number): number => 2 * weights * (rows + gemm.rampRows);
const gemmBytes = ({ weights, widths }: GemmShape, bytesPerWeight: number, rows: number): number =>
  weights * bytesPerWeight + rows * widths * ACTIVATION_BYTES;

function loadLayers(rates: Rates, layers: GemmShape, rows: number, terms: Terms): void {
  const { gemm, hbmMsPerByte } = rates;
  const peakMs = gemmFlop(rates, layers, rows) * gemm.msPerFlop;
  const readMs = gemmBytes(layers, gemm.bytesPerWeight, rows) * hbmMsPerByte;
  terms.layersSm = peakMs * gemm.slowdown;
  terms.layersHbm = readMs * gemm.streamSlowdown;
  terms.tensorPeakMs = peakMs;
  terms.hbmPeakMs = readMs;
}

function loadHead({ head, rates }: Device, rows: number, terms: Terms): void {
  const { gemm, hbmMsPerByte } = rates;
  const peakMs = gemmFlop(rates, head, rows) * gemm.headMsPerFlop;
  const readMs = gemmBytes(head, gemm.headBytesPerWeight, rows) * hbmMsPerByte;
  terms.headSm = peakMs * gemm.slowdown;
  terms.headHbm = readMs * gemm.streamSlowdown;
  terms.tensorPeakMs += peakMs;
  terms.hbmPeakMs += readMs;
}

/**
 * What the experts of all layers compute and read. Their rows differ from one expert to the next, so no common batch step stands
 * out as in a dense GEMM.
 * @param tokens real tokens, which choose experts
 * @param rows rows computed, those that pad a captured batch included
 */
function loadExperts({ rates }: Device, tokens: number, rows: number, terms: Terms): void {
  const { experts, gemm, hbmMsPerByte } = rates;
  const distinct = experts.experts === 0 ? 0 : distinctExperts(experts, tokens);
  const expertRows = rows * experts.expertsPerToken + distinct * experts.padRows;
  const peakMs = 2 * experts.weights * expertRows * gemm.msPerFlop;
  const readMs = experts.weights * distinct * gemm.bytesPerWeight * hbmMsPerByte;
  terms.expertsSm = peakMs * gemm.slowdown;
  terms.expertsHbm = readMs * gemm.streamSlowdown;
  terms.tensorPeakMs += peakMs;
  terms.hbmPeakMs += readMs;
}

function loadElementwise({ rates }: Device, tokens: number, terms: Terms): void {
  const readMs = tokens * rates.gemm.elementwiseBytesPerToken * rates.hbmMsPerByte;
  terms.elementwiseSm = rates.overhead.elementwiseMs;
  terms.elementwiseHbm = readMs * rates.gemm.streamSlowdown;
  terms.hbmPeakMs += readMs;
}

/** Adds what attention asks for, where all the rest has been loaded. */
export function loadAttention({ rates }: Device, work: IterationWork, terms: Terms): void {
  const { attention } = rates;
  const prefill = work.phase === 'prefill';
  const pairs = prefill ? work.attendedPairs + (ATTENTION_BLOCK_ROWS / 2) * work.newTokens : 0;
  const peakMs = attention.flopPerPair * pairs * attention.msPerFlop;
  const queryBytes = prefill ? work.newTokens * attention.queryBytesPerToken : 0;
  const readMs = (work.kvTokens * attention.kvBytesPerToken + queryBytes) * rates.hbmMsPerByte;
  terms.attentionSm = peakMs * attention.slowdown;
  terms.attentionHbm = readMs * attention.kvSlowdown;
  terms.kvRampSm = prefill ? 0 : (attention.kvRampMs * work.kvTokens) / (work.kvTokens + attention.l2Tokens);
  terms.sequencesSm = prefill ? 0 : attention.msPerSequence * work.sequences;
  terms.tensorPeakMs += peakMs;
  terms.hbmPeakMs += readMs;
}

function loadOverheads(device: Device, work: IterationWork, rows: number, terms: Terms): void {
  const { overhead } = device.rates;
  const prefill = work.phase === 'prefill';
  terms.kernelsSm = overhead.kernelsMs;
  terms.hostFixed = prefill ? overhead.prefillHostMs : overhead.decodeHostMs;
  terms.launchesFixed = prefill || runsEagerly(device, work.sequences) ? overhead.launchesMs : 0;
  terms.allReduceFixed = allReduceMs(overhead.allReduce, rows);
}

/** What follows from the rows alone: all but attention, which the KV tokens matter to. */
export function loadRowTerms(device: Device, work: IterationWork, terms: Terms): void {
  const rows = work.phase === 'decode' ? paddedBatch(device, work.newTokens) : work.newTokens;
  const gemmRows = paddedRows(device, rows);
  loadLayers(device.rates, device.layers, gemmRows, terms);
  // A captured graph runs the head on the padded batch too; a prefill only on the last row of each prompt.
  loadHead(device, work.phase === 'decode' ? gemmRows : paddedRows(device, work.sequences), terms);
  loadExperts(device, work.newTokens, rows, terms);
  loadElementwise(device, work.newTokens, terms);
  loadOverheads(device, work, rows, terms);
}

/** Fills `terms` with what the iteration asks for. Overwrites every field, so one object serves all estimates. */
export function loadTerms(device: Device, work: IterationWork, terms: Terms): void {
  loadRowTerms(device, work, terms);
  loadAttention(device, work, terms);
}

/** One GEMM of a layer alone at the top clock, without its launch. */
export function gemmMs(device: Device, shape: GemmShape, rows: number): number {
  const terms = emptyTerms();
  loadLayers(device.rates, shape, paddedRows(device, rows), terms);
  return overlapped(terms.layersSm, terms.layersHbm);
}
