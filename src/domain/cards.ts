/** A figure's origin: every number of a card names one. */
export type Sources = Readonly<Record<string, string>>;

/** A GPU as the analytic model sees it. Peaks are per GPU, at `clock.maxMhz` unless said otherwise. */
export interface GpuCard {
  readonly id: string;
  readonly name: string;
  readonly architecture: string;
  readonly hbmBytes: number;
  readonly clock: { readonly minMhz: number; readonly maxMhz: number; readonly stepMhz: number };
  /** Dense bf16 tensor-core peak, and the fraction that large GEMMs and attention kernels achieve. */
  readonly bf16Tflops: number;
  /** Dense FP8 peak; left out where the tensor cores have none. */
  readonly fp8Tflops?: number;
  readonly gemmEfficiency: number;
  readonly attentionEfficiency: number;
  /** What starting and draining a GEMM costs, in rows. */
  readonly gemmRampRows: number;
  readonly hbmGBps: number;
  /** Achieved fraction of the HBM peak at the top clock: streaming weights, and gathering paged KV. */
  readonly weightStreamEfficiency: number;
  readonly kvStreamEfficiency: number;
  /**
   * SM and L2 limited bandwidth, relative to the achieved peak, per MHz; joined to the HBM limit by a p-norm. The path
   * to the memory does not get slower than at `bandwidthFloorMhz`.
   */
  readonly bandwidthPerMhz: number;
  readonly bandwidthFloorMhz: number;
  readonly bandwidthNorm: number;
  /** GEMM rows round up to these: `small` up to `smallLimit` rows, `large` above. */
  readonly tile: { readonly small: number; readonly smallLimit: number; readonly large: number };
  readonly l2Bytes: number;
  /**
   * Kernels too small to be bound by anything but their own latency, at the top clock, in one layer: the launch of one GEMM and of
   * attention, all norms, rotary embedding, activation and adds together; decode attention's block per sequence and KV head, and the
   * filling of the memory pipeline when the KV exceeds the L2; and the gaps between the kernels, which only whole iterations show.
   */
  readonly kernels: {
    readonly gemmMs: number;
    readonly attentionMs: number;
    readonly elementwiseMs: number;
    readonly kvHeadMs: number;
    readonly kvRampMs: number;
    readonly gapMs: number;
  };
  /** One all-reduce under a captured graph: launch, and bus bandwidth of the ring. */
  readonly allReduce: { readonly floorMs: number; readonly GBps: number };
  readonly power: {
    readonly limitW: number;
    /** Idle with a CUDA context, by locked clock. */
    readonly idleW: readonly (readonly [mhz: number, watts: number])[];
    /** Idle without any context: nobody's GPU. Left out where nobody has measured it. */
    readonly bareIdleW?: number;
    /** Added whenever a kernel runs, whatever the clock. */
    readonly activeW: number;
    /** Added at full HBM bandwidth. */
    readonly hbmW: number;
    /** Added by busy SMs, and by fully used tensor cores, at the top clock; both follow V(f)^2 * f. */
    readonly smW: number;
    readonly tensorW: number;
    /** Added while attention kernels run: arithmetic outside the tensor cores. Follows V(f)^2 * f too. */
    readonly attentionW: number;
    /** Voltage relative to that at the top clock: flat up to the knee, then to 1 with this power of the way. */
    readonly voltageFloor: number;
    readonly kneeMhz: number;
    readonly voltageExponent: number;
  };
  /**
   * Clock lock: duration of the driver call, then time until the new clock holds (uniform range). Where the driver
   * holds high locks at less than it accepts, `clampAboveMhz` is what they come to.
   */
  readonly lock: { readonly callMs: number; readonly settleMs: readonly [number, number]; readonly clampAboveMhz?: number };
  /**
   * How leakage follows temperature: with this time constant, and idle power at the top clock is by so many per cent higher on a GPU
   * that has long drawn its limit than on one that has long drawn nothing. Left out where power follows load at once.
   */
  readonly thermal?: { readonly constantS: number; readonly leakagePct: number };
  /** Where the model has been checked against measurements of this GPU; left out where it never was. */
  readonly validated?: ValidatedGround;
  readonly sources: Sources;
}

/** Inclusive ranges of what measurements cover: dense bf16 models on one GPU. */
export interface ValidatedGround {
  readonly clockMhz: readonly [number, number];
  readonly hidden: readonly [number, number];
  readonly decodeBatch: readonly [number, number];
  readonly contextTokens: readonly [number, number];
  readonly prefillTokens: readonly [number, number];
}

/** The FFN of every layer as a mixture of experts: a router, and gated experts of width `moeFfn`. */
export interface MixtureOfExperts {
  readonly experts: number;
  readonly expertsPerToken: number;
  readonly moeFfn: number;
}

/** A decoder-only transformer: dense, or with a mixture of experts in place of each layer's FFN. */
export interface ModelCard {
  readonly id: string;
  readonly name: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Width of the dense FFN; unused where `moe` is given. */
  readonly ffn: number;
  readonly moe?: MixtureOfExperts;
  readonly vocab: number;
  readonly bytesPerWeight: number;
  /** Of the lm_head and the embedding, where they differ: FP8 checkpoints keep both in bf16. */
  readonly bytesPerHeadWeight?: number;
  readonly bytesPerKvElement: number;
  readonly sources: Sources;
}

/** What the serving engine adds: batch padding, chunking, limits and per-iteration overheads. */
export interface EngineCard {
  readonly id: string;
  readonly name: string;
  /** Decode batches are padded up to the next of these; beyond the last the engine runs without graphs. */
  readonly captureSizes: readonly number[];
  readonly maxRunningDecode: number;
  readonly maxRunningPrefill: number;
  /** Most prompt tokens in one prefill iteration. */
  readonly chunkTokens: number;
  /** Fraction of HBM the engine may fill with weights and KV. */
  readonly memoryFraction: number;
  /** Output tokens for which a decode instance must have room before it admits a request. */
  readonly reservedDecodeTokens: number;
  /** Per iteration: host work that no GPU clock changes. */
  readonly hostMs: { readonly prefill: number; readonly decode: number };
  /** Host time to launch one layer's kernels without a graph: prefill, and decode beyond the largest captured batch. */
  readonly eagerLayerMs: number;
  /** KV hand-over between prefill and decode. */
  readonly kvTransfer: { readonly GBps: number; readonly setupMs: number };
  /** How long one leg waits for the other before it fails. */
  readonly rendezvousTimeoutMs: number;
  readonly sources: Sources;
}

/** How one device differs from its card: factors on what the card says. */
export interface DeviceFactors {
  readonly gemm: number;
  readonly attention: number;
  readonly bandwidth: number;
  readonly overhead: number;
  readonly knee: number;
  readonly activePower: number;
  readonly dynamicPower: number;
  /** Rows per large GEMM tile, relative to the card: moves the batch steps. */
  readonly tile: number;
}

/** A GPU has some hundred; far more is a damaged card, and a table that fills the memory. */
const MAX_CLOCKS = 10_000;

/** What is wrong with a card's clocks beyond its schema; null when their table can be built. */
export const clockProblem = ({ minMhz, maxMhz, stepMhz }: GpuCard['clock']): string | null => {
  if (minMhz > maxMhz) return `clock.minMhz ${minMhz} is above clock.maxMhz ${maxMhz}`;
  if ((maxMhz - minMhz) / stepMhz < MAX_CLOCKS) return null;
  return `${minMhz} to ${maxMhz} MHz in steps of ${stepMhz} are more than ${MAX_CLOCKS} clocks`;
};
