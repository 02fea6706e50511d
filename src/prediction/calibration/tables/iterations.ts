import { VoltanaError } from '../../../domain/errors.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../analytic/work.ts';
import { batchGroup, type Observation } from '../observation.ts';
import type { Workbench } from '../workbench.ts';
import type { Row } from './csv.ts';

/**
 * voltana's own format, for a new GPU: one measured iteration a line. `tokens` is the KV length of each request (decode) or the
 * length of each prompt, `cached_tokens` of which are cached (prefill). Power is the mean of one GPU; empty where unknown.
 */
export const ITERATION_COLUMNS = ['model', 'tp', 'phase', 'batch', 'tokens', 'cached_tokens', 'clock_mhz', 'latency_ms', 'power_w'];

const workOf = (row: Row, fileName: string): IterationWork => {
  const [phase, batch, tokens] = [row.text('phase'), row.number('batch'), row.number('tokens')];
  if (phase === 'decode') return decodeWork(batch, batch * tokens);
  if (phase !== 'prefill') throw new VoltanaError('FILE_MALFORMED', `${fileName}: phase must be prefill or decode, got "${phase}"`);
  const pastTokens = row.optional('cached_tokens') ?? 0;
  return prefillWork(Array.from({ length: batch }, () => ({ newTokens: tokens - pastTokens, pastTokens })));
};

export const iterations = (table: string, rows: readonly Row[]): Observation[] =>
  rows.flatMap((row) => {
    const work = workOf(row, table);
    const [model, tp, clockMhz] = [row.text('model'), row.optional('tp') ?? 1, row.number('clock_mhz')];
    const estimated = (bench: Workbench) => bench.iteration(bench.device(model, tp), work, clockMhz);
    const latency: Observation = {
      table,
      quantity: 'latency',
      measured: row.number('latency_ms'),
      predict: (bench) => estimated(bench).latencyMs,
      groups: { clock: `${clockMhz} MHz`, batch: batchGroup(row.number('batch')), model },
    };
    const powerW = row.optional('power_w');
    if (powerW === null) return [latency];
    return [latency, { ...latency, quantity: 'power', measured: powerW, predict: (bench) => estimated(bench).powerW }];
  });
