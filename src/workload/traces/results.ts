import { MS_PER_S } from '../../domain/units.ts';
import { Fields, type JsonObject } from './json-lines.ts';
import { isTokens, MAX_MS, MAX_TOKENS, quoted, type LayoutText, type TraceSink } from './layout.ts';

export const VLLM: LayoutText = {
  format: 'vllm',
  what: 'A result file of vllm bench serve',
  looks: 'has input_lens, output_lens and start_times when it is written with --save-detailed',
};
export const SGLANG: LayoutText = {
  format: 'sglang',
  what: 'A result file of sglang bench_serving',
  looks: 'has input_lens and output_lens when it is written with --output-details',
};

const SGLANG_ONLY = ['random_input_len', 'sharegpt_output_len', 'server_info', 'tag'];

export const isResult = (value: JsonObject): boolean => 'input_lens' in value || ('request_throughput' in value && 'completed' in value);

export const resultLayout = (value: JsonObject): LayoutText => (SGLANG_ONLY.some((key) => key in value) ? SGLANG : VLLM);

const isCount = (value: unknown): value is number => value === 0 || isTokens(value);
/** A failed request may have no time. */
const isTime = (value: unknown): value is number | null =>
  value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0);

interface Run {
  readonly prompts: readonly number[];
  readonly outputs: readonly number[];
  /** s on any clock; null where nobody wrote them down. */
  readonly startsS: readonly (number | null)[] | null;
}

const runOf = (value: JsonObject, layout: LayoutText, fail: (problem: string) => never): Run => {
  const fields = new Fields(value, fail);
  const whole = `whole numbers from 0 to ${MAX_TOKENS}`;
  const prompts = fields.list('input_lens', isCount, whole);
  const outputs = fields.list('output_lens', isCount, whole);
  if (prompts === null || outputs === null) return fail(`the result has no lengths; ${layout.what.toLowerCase()} ${layout.looks}`);
  if (prompts.length !== outputs.length) fail(`${prompts.length} input_lens, but ${outputs.length} output_lens`);
  const startsS = fields.list('start_times', isTime, 'seconds');
  // An empty list is one that nobody filled.
  if (startsS === null || startsS.length === 0) return { prompts, outputs, startsS: null };
  if (startsS.length !== prompts.length) fail(`${prompts.length} input_lens, but ${startsS.length} start_times`);
  return { prompts, outputs, startsS };
};

/** Reads the results of one file: several runs follow each other, since each has a clock of its own. */
export const resultReader = (sink: TraceSink) => {
  let beginMs = 0;
  return (value: JsonObject, layout: LayoutText, line: number): void => {
    const fail = (problem: string): never => sink.fail(line, problem);
    const { prompts, outputs, startsS } = runOf(value, layout, fail);
    if (startsS === null) sink.untimed();
    const did = prompts.map((_, i) => i).filter((i) => prompts[i]! > 0 && outputs[i]! > 0);
    for (let failed = did.length; failed < prompts.length; failed++) sink.drop('failed requests (no tokens)');
    const timesMs = did.map((i) =>
      startsS === null ? 0 : (startsS[i] ?? fail(`start_times: ${quoted(startsS[i])} of a request that ended`)) * MS_PER_S,
    );
    const firstMs = timesMs.reduce((least, atMs) => Math.min(least, atMs), Infinity);
    let lastMs = beginMs;
    did.forEach((i, n) => {
      const atMs = beginMs + timesMs[n]! - firstMs;
      if (atMs > MAX_MS) fail('start_times that lie further apart than any run is long');
      lastMs = Math.max(lastMs, atMs);
      sink.add(atMs, prompts[i]!, outputs[i]!);
    });
    beginMs = lastMs;
  };
};
