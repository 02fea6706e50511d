import { VoltanaError } from '../../domain/errors.ts';
import type { Observation, Subject, Table } from './observation.ts';
import { CLOCK_SWEEP_COLUMN, clockSweep } from './tables/clock-sweep.ts';
import { readRows, type Row } from './tables/csv.ts';
import { ITERATION_COLUMNS, iterations } from './tables/iterations.ts';
import { derivedIterations, linearLayers } from './tables/layers.ts';
import { allReduce, decodeAttention, gemmTable, prefillAttention } from './tables/operators.ts';
import { powerByBatch } from './tables/power-by-batch.ts';

interface Format {
  readonly name: string;
  /** Who measured it; null where that is the user. */
  readonly source: string | null;
  /** GPU family on which whole layers or iterations were measured: on another family's card the table has a scale of its own. */
  readonly family: string | null;
  readonly weight: number;
  /** Whether a header is this format's. */
  readonly knows: (columns: ReadonlySet<string>, first: Row) => boolean;
  readonly read: (table: string, rows: readonly Row[], subject: Subject) => Observation[];
}

/**
 * What a table is, is told by its header. Whole iterations of a real engine weigh most. Boards and harnesses differ by up to 15 % on the
 * same operators, so a card follows the tables of its own family as they are, and learns only the shape of another's.
 */
const FORMATS: readonly Format[] = [
  {
    name: 'iterations',
    source: null,
    family: null,
    weight: 4,
    knows: (columns) => ITERATION_COLUMNS.every((each) => columns.has(each)),
    read: iterations,
  },
  {
    name: 'clock sweep',
    source: 'Qwen3-32B on A800, duihuhu/sglang (Apache-2.0 upstream)',
    family: 'a800',
    weight: 4,
    knows: (columns) => columns.has(CLOCK_SWEEP_COLUMN),
    read: clockSweep,
  },
  {
    name: 'GEMM',
    source: 'A100, ai-dynamo/aiconfigurator (Apache-2.0)',
    family: 'a100',
    weight: 1,
    knows: (columns) => columns.has('m') && columns.has('n') && columns.has('k'),
    read: gemmTable,
  },
  {
    name: 'linear layers',
    source: 'Llama-3-8B on A100, microsoft/vidur (MIT)',
    family: 'a100',
    weight: 1,
    knows: (columns) => columns.has('mlp_up_proj_ms'),
    read: linearLayers,
  },
  {
    name: 'derived iterations',
    source: 'the linear layers and the decode attention together',
    family: 'a100',
    weight: 0.5,
    knows: (columns) => columns.has('kv_len_per_req'),
    read: derivedIterations,
  },
  {
    name: 'decode attention',
    source: 'A100, ai-dynamo/aiconfigurator',
    family: null,
    weight: 1,
    knows: (columns, first) => columns.has('past_kv_len') && first.text('past_kv_len') !== '0',
    read: decodeAttention,
  },
  {
    name: 'prefill attention',
    source: 'A100, ai-dynamo/aiconfigurator',
    family: null,
    weight: 1,
    knows: (columns) => columns.has('past_kv_len'),
    read: prefillAttention,
  },
  {
    name: 'all-reduce',
    source: 'ai-dynamo/aiconfigurator',
    family: null,
    weight: 1,
    knows: (columns) => columns.has('message_elems'),
    read: allReduce,
  },
  {
    name: 'power by batch',
    source: 'Llama-2-7B on A100, argonne-lcf/LLM-Inference-Bench (BSD-3)',
    family: null,
    weight: 1,
    knows: (columns) => columns.has('avg_power_w'),
    read: powerByBatch,
  },
];

/**
 * Observations of one measurement file.
 * @throws VoltanaError FILE_MALFORMED for a header that no format has, or a row that is not one of it
 */
export function readTable(csvText: string, fileName: string, subject: Subject): Table {
  const { columns, rows } = readRows(csvText, fileName);
  const [first] = rows;
  const format = first && FORMATS.find(({ knows }) => knows(new Set(columns), first));
  if (!format) {
    throw new VoltanaError('FILE_MALFORMED', `${fileName}: no measurement table has this header`, {
      hint: `For measurements of your own use the columns ${ITERATION_COLUMNS.join()}.`,
    });
  }
  const { name, source, family, weight, read } = format;
  const ownScale = family !== null && !subject.gpu.id.startsWith(family);
  const observations = read(name, rows, subject);
  if (observations.length > 0) return { name, source: source ?? fileName, ownScale, weight, observations };
  throw new VoltanaError('FILE_MALFORMED', `${fileName}: no row of this ${name} table is about ${subject.gpu.id}`, {
    hint: 'Leave the file out for this GPU.',
  });
}
