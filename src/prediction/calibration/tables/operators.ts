import { gemmShape } from '../../analytic/gemm.ts';
import { decodeWork, prefillWork } from '../../analytic/work.ts';
import { batchGroup, TOP_CLOCK, type Observation } from '../observation.ts';
import type { Row } from './csv.ts';

/** Operator latencies at the default clock (ai-dynamo/aiconfigurator, Apache-2.0). */

const headsOf = (row: Row) => ({
  heads: row.number('num_heads'),
  kvHeads: row.number('num_key_value_heads'),
  headDim: row.number('head_dim'),
});

const latency = (table: string, row: Row, batch: number, model: string, predict: Observation['predict']): Observation => ({
  table,
  quantity: 'latency',
  measured: row.number('latency_ms'),
  predict,
  groups: { clock: TOP_CLOCK, batch: batchGroup(batch), model },
});

/** The label names the model whose shape it is; unlabelled shapes are a group of their own. */
const modelOfLabel = (label: string): string => /(llama8b|qwen32b)/.exec(label)?.[1] ?? 'other';

export const gemmTable = (table: string, rows: readonly Row[]): Observation[] =>
  rows.map((row) => {
    const [m, n, k] = [row.number('m'), row.number('n'), row.number('k')];
    const shape = gemmShape(n, k);
    return latency(table, row, m, modelOfLabel(row.text('label')), (bench) => bench.gemmMs(m, shape));
  });

export const decodeAttention = (table: string, rows: readonly Row[]): Observation[] =>
  rows.map((row) => {
    const heads = headsOf(row);
    const [batch, contextTokens] = [row.number('batch_size'), row.number('past_kv_len') + row.number('isl')];
    const model = `heads ${heads.heads}/${heads.kvHeads}`;
    const work = decodeWork(batch, batch * contextTokens);
    return latency(table, row, batch, model, (bench) => bench.attentionMs(heads, work));
  });

export const prefillAttention = (table: string, rows: readonly Row[]): Observation[] =>
  rows.map((row) => {
    const heads = headsOf(row);
    const [batch, newTokens, pastTokens] = [row.number('batch_size'), row.number('isl'), row.number('past_kv_len')];
    const model = `heads ${heads.heads}/${heads.kvHeads}`;
    const work = prefillWork(Array.from({ length: batch }, () => ({ newTokens, pastTokens })));
    return latency(table, row, batch, model, (bench) => bench.attentionMs(heads, work));
  });

/** Family of a GPU id as the table writes it: a100-sxm4-80gb is a100. */
const familyOf = (id: string): string => id.split('-')[0] ?? id;

/** Under captured graphs, on the GPU's own family; beyond these sizes no iteration of a model on our cards goes. */
const MOST_ELEMENTS = 2 ** 26;

export const allReduce = (table: string, rows: readonly Row[], gpuId: string): Observation[] =>
  rows
    .filter((row) => row.text('gpu').startsWith(familyOf(gpuId)) && row.text('backend').endsWith('graph'))
    .filter((row) => row.number('message_elems') <= MOST_ELEMENTS)
    .map((row) => {
      const [gpus, elements] = [row.number('num_gpus'), row.number('message_elems')];
      return latency(table, row, gpus, `${gpus} GPUs`, (bench) => bench.allReduceMs(gpus, elements));
    });
