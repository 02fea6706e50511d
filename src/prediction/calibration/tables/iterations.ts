import type { ModelCard } from '../../../domain/cards.ts';
import { unevenParts } from '../../analytic/tensor-parallel.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../analytic/work.ts';
import { batchGroup, type Observation, type Subject } from '../observation.ts';
import type { Workbench } from '../workbench.ts';
import { clockOf } from './clock.ts';
import { MOST_BATCH, type Row } from './csv.ts';

/**
 * voltana's own format, for a new GPU: one measured iteration a line. `tokens` is the KV length of each request (decode) or the
 * length of each prompt, `cached_tokens` of which are cached (prefill). Power is the mean of one GPU; empty where unknown.
 */
export const ITERATION_COLUMNS = ['model', 'tp', 'phase', 'batch', 'tokens', 'cached_tokens', 'clock_mhz', 'latency_ms', 'power_w'];

interface Load {
  readonly model: string;
  readonly tp: number;
  readonly work: IterationWork;
  readonly what: string;
}

function modelOf(row: Row, models: Subject['models']): ModelCard {
  const model = models.get(row.text('model'));
  if (model) return model;
  throw row.reject(`no model card is called ${JSON.stringify(row.text('model').slice(0, 60))}; there are ${[...models.keys()].join(', ')}`);
}

/** GPUs of the instance, which divide the model evenly. */
function tpOf(row: Row, model: ModelCard): number {
  const tp = row.text('tp') === '' ? 1 : row.count('tp', 1, model.heads);
  const uneven = unevenParts(model, tp);
  if (uneven.length > 0) throw row.reject(`${tp} GPUs do not divide the ${uneven.join(' and ')} of ${model.id} evenly`);
  return tp;
}

function workOf(row: Row): { readonly work: IterationWork; readonly what: string } {
  const phase = row.oneOf('phase', ['prefill', 'decode']);
  const [batch, tokens] = [row.count('batch', 1, MOST_BATCH), row.count('tokens')];
  const what = `${phase} ${batch} x ${tokens}`;
  if (phase === 'decode') return { work: decodeWork(batch, batch * tokens), what };
  const pastTokens = row.optionalCount('cached_tokens', 0);
  if (pastTokens >= tokens) throw row.reject(`cached_tokens ${pastTokens} leave none of ${tokens} tokens to compute`);
  return { work: prefillWork(Array.from({ length: batch }, () => ({ newTokens: tokens - pastTokens, pastTokens }))), what };
}

function loadOf(row: Row, { models }: Subject): Load {
  const model = modelOf(row, models);
  return { model: model.id, tp: tpOf(row, model), ...workOf(row) };
}

function observationsOf(table: string, row: Row, subject: Subject): Observation[] {
  const { model, tp, work, what } = loadOf(row, subject);
  const clockMhz = clockOf(row, subject.gpu, 'clock_mhz');
  const estimated = (bench: Workbench) => bench.iteration(bench.device(model, tp), work, clockMhz);
  const latency: Observation = {
    table,
    quantity: 'latency',
    what: `${model} TP${tp}, ${what} at ${clockMhz} MHz`,
    measured: row.figure('latency_ms'),
    predict: (bench) => estimated(bench).latencyMs,
    groups: { clock: `${clockMhz} MHz`, batch: batchGroup(row.count('batch')), model },
  };
  const powerW = row.optionalFigure('power_w');
  if (powerW === null) return [latency];
  return [latency, { ...latency, quantity: 'power', measured: powerW, predict: (bench) => estimated(bench).powerW }];
}

export const iterations = (table: string, rows: readonly Row[], subject: Subject): Observation[] =>
  rows.flatMap((row) => observationsOf(table, row, subject));
