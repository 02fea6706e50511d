import { decodeWork } from '../../analytic/work.ts';
import { batchGroup, TOP_CLOCK, type Observation } from '../observation.ts';
import { MOST_BATCH, type Row } from './csv.ts';

/**
 * Mean power of Llama-2-7B on A100 over runs of as many tokens out as in, at the default clock
 * (argonne-lcf/LLM-Inference-Bench, BSD-3). Nearly all of such a run is decode: taken at its mean context.
 */
const MODEL = 'llama-2-7b';
const MEAN_CONTEXT = 1.5;

export const powerByBatch = (table: string, rows: readonly Row[]): Observation[] =>
  rows.map((row) => {
    const [batch, length] = [row.count('Batch Size', 1, MOST_BATCH), row.count('Input Output Length')];
    return {
      table,
      quantity: 'power',
      what: `${row.text('Framework')}, ${batch} x ${length}`,
      measured: row.figure('avg_power_w'),
      predict: (bench) => bench.iteration(bench.device(MODEL), decodeWork(batch, batch * length * MEAN_CONTEXT)).powerW,
      groups: { clock: TOP_CLOCK, batch: batchGroup(batch), model: row.text('Framework') },
    };
  });
