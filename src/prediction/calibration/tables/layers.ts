import { batchGroup, TOP_CLOCK, type Observation } from '../observation.ts';
import { gemmsOfLayer } from '../../analytic/gemm.ts';
import { decodeWork } from '../../analytic/work.ts';
import type { Workbench } from '../workbench.ts';
import { MOST_BATCH, type Row } from './csv.ts';

/** Llama-3-8B on A100: operators of one layer by tokens (microsoft/vidur, MIT), and whole iterations derived from them and the attention table. */
const MODEL = 'llama-3.1-8b';
const HEADS = { heads: 32, kvHeads: 8, headDim: 128 };
const LAYERS = 32;

const GEMMS = ['attn_pre_proj_ms', 'attn_post_proj_ms', 'mlp_up_proj_ms', 'mlp_down_proj_ms'];
const ELEMENTWISE = ['input_layernorm_ms', 'attn_rope_ms', 'post_attention_layernorm_ms', 'mlp_act_ms', 'add_ms'];

/** All operators of one layer but attention and all-reduce. */
function linearLayerMs(bench: Workbench, tokens: number, tp: number): number {
  const { model } = bench.device(MODEL, tp);
  const gemms = gemmsOfLayer(model, tp).reduce((ms, shape) => ms + bench.gemmMs(tokens, shape), 0);
  return gemms + bench.elementwiseMs(MODEL, tokens, tp);
}

export const linearLayers = (table: string, rows: readonly Row[]): Observation[] =>
  rows.map((row) => {
    const [tokens, tp] = [row.count('num_tokens'), row.count('num_tensor_parallel_workers', 1, HEADS.kvHeads)];
    return {
      table,
      quantity: 'latency',
      what: `${tokens} tokens, TP${tp}`,
      measured: [...GEMMS, ...ELEMENTWISE].reduce((ms, column) => ms + row.figure(column), 0),
      predict: (bench) => linearLayerMs(bench, tokens, tp),
      groups: { clock: TOP_CLOCK, batch: batchGroup(tokens), model: `llama-3-8b TP${tp}` },
    };
  });

/** Rows without an attention figure are beyond the attention table. */
export const derivedIterations = (table: string, rows: readonly Row[]): Observation[] =>
  rows.flatMap((row) => {
    const [batch, contextTokens] = [row.count('batch', 1, MOST_BATCH), row.count('kv_len_per_req')];
    const measured = row.optionalFigure('sum_ms_no_lmhead_no_overhead');
    if (measured === null) return [];
    const work = decodeWork(batch, batch * contextTokens);
    return {
      table,
      quantity: 'latency',
      what: `${batch} x ${contextTokens}`,
      measured,
      predict: (bench) => LAYERS * (linearLayerMs(bench, batch, 1) + bench.attentionMs(HEADS, work)),
      groups: { clock: TOP_CLOCK, batch: batchGroup(batch), model: `context ${contextTokens}` },
    };
  });
