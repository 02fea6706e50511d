import { toJson } from '../json.ts';
import { csvOf } from './csv.ts';
import type { Result } from './findings.ts';
import type { RunFormat } from './format-of.ts';
import { junitOf } from './junit.ts';
import { markdownOf } from './markdown.ts';
import { vllmResult } from './vllm.ts';

/** A vLLM result is of one run: `formatOf` keeps comparisons away. */
const vllmText = (result: Result): string => toJson(vllmResult(result.kind === 'run' ? result : result.candidate));

const WRITERS: Readonly<Record<RunFormat, (result: Result) => string>> = {
  json: toJson,
  csv: csvOf,
  markdown: markdownOf,
  junit: junitOf,
  vllm: vllmText,
};

/** A run or a comparison as the text of a file. */
export const resultText = (result: Result, format: RunFormat): string => WRITERS[format](result);
