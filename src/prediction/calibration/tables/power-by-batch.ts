import { decodeWork } from '../../analytic/work.ts';
import { batchGroup, TOP_CLOCK, type Observation } from '../observation.ts';
import type { Row } from './csv.ts';

/**
 * Mean power of Llama-2-7B on A100 over runs of 1024 tokens in and as many out, at the default clock
 * (argonne-lcf/LLM-Inference-Bench, BSD-3). Nearly all of such a run is decode: taken at its mean context.
 */
const MODEL = 'llama-2-7b';
const MEAN_CONTEXT = 1.5;

export const powerByBatch = (table: string, rows: readonly Row[]): Observation[] =>
  rows.map((row) => {
    const [batch, length] = [row.number('Batch Size'), row.number('Input Output Length')];
    return {
      table,
      quantity: 'power',
      measured: row.number('avg_power_w'),
      predict: (bench) => bench.iteration(bench.device(MODEL), decodeWork(batch, batch * length * MEAN_CONTEXT)).powerW,
      groups: { clock: TOP_CLOCK, batch: batchGroup(batch), model: row.text('Framework') },
    };
  });
