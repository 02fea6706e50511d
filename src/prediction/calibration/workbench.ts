import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import { createDevice, type Device } from '../analytic/device.ts';
import { estimateInto, emptyEstimate, type AnalyticEstimate } from '../analytic/estimate.ts';
import type { GemmShape } from '../analytic/gemm.ts';
import type { IterationTime } from '../analytic/iteration-time.ts';
import { iterationTime } from '../analytic/latency.ts';
import { allReduceMs, allReduceRates } from '../analytic/rates.ts';
import { gemmMs } from '../analytic/terms.ts';
import { prefillWork, type IterationWork } from '../analytic/work.ts';

/** Heads of an attention operator, without a model around them. */
export interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** One layer in bf16 with nothing of weight in it: what an operator is measured in. */
const BARE_MODEL: ModelCard = {
  id: 'operators',
  name: 'Single operators',
  layers: 1,
  hidden: 1,
  heads: 1,
  kvHeads: 1,
  headDim: 1,
  ffn: 1,
  vocab: 1,
  bytesPerWeight: 2,
  bytesPerKvElement: 2,
  sources: {},
};

/** One GPU card under measurement: what the model says to whole iterations and to single operators, all by the estimate's own code. */
export class Workbench {
  readonly gpu: GpuCard;
  readonly #engine: EngineCard;
  readonly #models: ReadonlyMap<string, ModelCard>;
  readonly #devices = new Map<string, Device>();
  readonly #slot = emptyEstimate();

  constructor(gpu: GpuCard, engine: EngineCard, models: ReadonlyMap<string, ModelCard>) {
    this.gpu = gpu;
    this.#engine = engine;
    this.#models = models;
  }

  device(modelId: string, tp = 1): Device {
    return this.#device(`${modelId}/${tp}`, () => {
      const model = this.#models.get(modelId);
      if (!model) throw new Error(`no model card "${modelId}"`);
      return createDevice(this.gpu, model, this.#engine, tp);
    });
  }

  /** The answer holds until the next call. */
  iteration(device: Device, work: IterationWork, clockMhz = this.gpu.clock.maxMhz): AnalyticEstimate {
    estimateInto(device, work, clockMhz, this.#slot);
    return this.#slot;
  }

  /** One GEMM and its launch at the top clock. */
  gemmMs(rows: number, shape: GemmShape): number {
    return gemmMs(this.#operators(BARE_MODEL), shape, rows) + this.gpu.kernels.gemmMs;
  }

  /** Attention of one layer at the top clock. */
  attentionMs(heads: Heads, work: IterationWork): number {
    return this.#top(this.#operators(heads), work).attentionMs + this.gpu.kernels.attentionMs;
  }

  /** Norms, rotary embedding, activation and adds of one layer at the top clock. */
  elementwiseMs(modelId: string, tokens: number, tp: number): number {
    const device = this.device(modelId, tp);
    return this.#top(device, prefillWork([{ newTokens: tokens, pastTokens: 0 }])).elementwiseMs / device.model.layers;
  }

  allReduceMs(gpus: number, elements: number): number {
    return allReduceMs(allReduceRates(this.gpu, gpus, elements, 1), 1);
  }

  #top(device: Device, work: IterationWork): IterationTime {
    return iterationTime(device, work, this.gpu.clock.maxMhz);
  }

  #operators({ heads, kvHeads, headDim }: Heads): Device {
    return this.#device(`${heads}/${kvHeads}/${headDim}`, () =>
      createDevice(this.gpu, { ...BARE_MODEL, heads, kvHeads, headDim }, this.#engine, 1),
    );
  }

  #device(key: string, create: () => Device): Device {
    const known = this.#devices.get(key);
    if (known) return known;
    const device = create();
    this.#devices.set(key, device);
    return device;
  }
}
