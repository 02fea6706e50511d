import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gpuCard, surroundingsOf } from '../../../bin/calibrate/cards.ts';
import type { GpuCard } from '../../../src/domain/cards.ts';
import type { Surroundings } from '../../../src/prediction/calibration/fit-card.ts';
import type { Table } from '../../../src/prediction/calibration/observation.ts';
import { readTable } from '../../../src/prediction/calibration/read-table.ts';

export const DATA_FOLDER = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

export const SWEEP = 'a800_qwen3_32b_clock_sweep.csv';
export const ALL_REDUCE = 'a100_h100_h200_allreduce_latency.csv';
/** A100 tables that speak of any card of that die. */
export const SAME_DIE_TABLES = [
  'a100_gemm_bf16_latency.csv',
  'a100_llama3_8b_linear_layers.csv',
  'a100_llama3_8b_decode_iteration_derived.csv',
  'a100_attention_decode_bf16_latency.csv',
  'a100_attention_prefill_bf16_latency.csv',
  'argonne_power_vs_batch_a100.csv',
];
/** Everything that speaks of the A100. */
export const A100_TABLES = [...SAME_DIE_TABLES, ALL_REDUCE];

/** One shipped card and measurements to hold it against. */
export interface Case {
  readonly card: GpuCard;
  readonly tables: readonly Table[];
  readonly surroundings: Surroundings;
}

export const hasData = (): boolean => existsSync(`${DATA_FOLDER}${SWEEP}`);

export async function caseOf(gpuId: string, files: readonly string[]): Promise<Case> {
  const card = await gpuCard(gpuId);
  const surroundings = await surroundingsOf('sglang-like');
  const subject = { gpu: card, models: surroundings.models };
  const tables = files.map((file) => readTable(readFileSync(`${DATA_FOLDER}${file}`, 'utf8'), file, subject));
  return { card, tables, surroundings };
}
