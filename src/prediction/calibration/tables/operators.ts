import { gemmShape } from '../../analytic/gemm.ts';
import { decodeWork, prefillWork } from '../../analytic/work.ts';
import { batchGroup, TOP_CLOCK, type Observation, type Subject } from '../observation.ts';
import type { Heads } from '../workbench.ts';
import { MOST_BATCH, type Row } from './csv.ts';

/** Operator latencies at the default clock (ai-dynamo/aiconfigurator, Apache-2.0). */

const headsOf = (row: Row): Heads => ({
  heads: row.count('num_heads'),
  kvHeads: row.count('num_key_value_heads'),
  headDim: row.count('head_dim'),
});

/** Family of a GPU as the tables write it: a100-sxm4-80gb and a100_sxm are a100. */
const familyOf = (gpu: string): string => /^[a-z]+\d+/i.exec(gpu)?.[0].toLowerCase() ?? gpu;

/** Families that differ in the links between GPUs alone: one's operators are the other's, all-reduce aside. */
const SAME_DIE: Readonly<Record<string, string>> = { a800: 'a100', h800: 'h100' };
const dieOf = (gpu: string): string => SAME_DIE[familyOf(gpu)] ?? familyOf(gpu);

const sameDie = (rows: readonly Row[], { gpu }: Subject): Row[] => rows.filter((row) => dieOf(row.text('gpu')) === dieOf(gpu.id));

interface Named {
  readonly what: string;
  readonly batch: number;
  readonly model: string;
}

const latency = (table: string, row: Row, { what, batch, model }: Named, predict: Observation['predict']): Observation => ({
  table,
  quantity: 'latency',
  what,
  measured: row.figure('latency_ms'),
  predict,
  groups: { clock: TOP_CLOCK, batch: batchGroup(batch), model },
});

/** The label names the model whose shape it is; unlabelled shapes are a group of their own. */
const modelOfLabel = (label: string): string => /(llama8b|qwen32b)/.exec(label)?.[1] ?? 'other';

export const gemmTable = (table: string, rows: readonly Row[], subject: Subject): Observation[] =>
  sameDie(rows, subject).map((row) => {
    const [m, n, k] = [row.count('m'), row.count('n'), row.count('k')];
    const shape = gemmShape(n, k);
    const named = { what: `${m} x ${n} x ${k}`, batch: m, model: modelOfLabel(row.text('label')) };
    return latency(table, row, named, (bench) => bench.gemmMs(m, shape));
  });

export const decodeAttention = (table: string, rows: readonly Row[], subject: Subject): Observation[] =>
  sameDie(rows, subject).map((row) => {
    const heads = headsOf(row);
    const [batch, contextTokens] = [row.count('batch_size', 1, MOST_BATCH), row.count('past_kv_len', 0) + row.count('isl')];
    const work = decodeWork(batch, batch * contextTokens);
    const model = `heads ${heads.heads}/${heads.kvHeads}`;
    return latency(table, row, { what: `${batch} x ${contextTokens}, ${model}`, batch, model }, (bench) => bench.attentionMs(heads, work));
  });

export const prefillAttention = (table: string, rows: readonly Row[], subject: Subject): Observation[] =>
  sameDie(rows, subject).map((row) => {
    const heads = headsOf(row);
    const [batch, newTokens, pastTokens] = [row.count('batch_size', 1, MOST_BATCH), row.count('isl'), row.count('past_kv_len', 0)];
    const work = prefillWork(Array.from({ length: batch }, () => ({ newTokens, pastTokens })));
    const model = `heads ${heads.heads}/${heads.kvHeads}`;
    return latency(table, row, { what: `${batch} x ${newTokens}, ${model}`, batch, model }, (bench) => bench.attentionMs(heads, work));
  });

/** 256 MiB: 16384 tokens of a model that is 8192 wide. The tables go on to 1 GiB. */
const MOST_ELEMENTS = 2 ** 27;

/** Under captured graphs. */
export const allReduce = (table: string, rows: readonly Row[], { gpu }: Subject): Observation[] =>
  rows
    .filter((row) => familyOf(row.text('gpu')) === familyOf(gpu.id) && row.text('backend').endsWith('graph'))
    .filter((row) => row.count('message_elems') <= MOST_ELEMENTS)
    .map((row) => {
      const [gpus, elements] = [row.count('num_gpus', 2), row.count('message_elems')];
      const named = { what: `${elements} elements, ${gpus} GPUs`, batch: gpus, model: `${gpus} GPUs` };
      return latency(table, row, named, (bench) => bench.allReduceMs(gpus, elements));
    });
