import { toJson } from '../json.ts';
import { csvOf } from './csv.ts';
import type { Result } from './findings.ts';
import type { RunFormat } from './format-of.ts';
import { junitOf } from './junit.ts';
import { markdownOf } from './markdown.ts';
import { vllmResult } from './vllm.ts';

/** A vLLM result is of one run: `formatOf` keeps comparisons away. */
const vllmText = (result: Result): string => toJson(vllmResult(result.kind === 'run' ? result : result.candidate));

/** A page needs more than the result: charts, and what draws them. */
export type TextFormat = Exclude<RunFormat, 'html'>;

const WRITERS: Readonly<Record<TextFormat, (result: Result) => string>> = {
  json: toJson,
  csv: csvOf,
  markdown: markdownOf,
  junit: junitOf,
  vllm: vllmText,
};

/** A run or a comparison as the text of a file. */
export const resultText = (result: Result, format: TextFormat): string => WRITERS[format](result);
