import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promptText } from '../../../../src/adapters/load/stream/prompt.ts';
import { idOf } from '../jobs.ts';

/** What every client asks for: the same prompts in the same order, at the same even pace, and answers of the same length. */
export interface Asked {
  readonly requests: number;
  readonly requestsPerS: number;
  readonly promptTokens: number;
  readonly maxTokens: number;
}

/** A client may look further ahead than it sends. */
const SPARE = 16;

/** Prompts for clients that read them from a file, a line of JSON each, under the names that both know. @returns the file */
export const writePrompts = (folder: string, { requests, promptTokens, maxTokens }: Asked): string => {
  const line = (_: unknown, i: number): string => {
    const text = promptText({ id: idOf(i), promptTokens });
    return JSON.stringify({ text, output_length: maxTokens, prompt_tokens_count: promptTokens, output_tokens_count: maxTokens });
  };
  const file = join(folder, 'prompts.jsonl');
  writeFileSync(file, `${Array.from({ length: requests + SPARE }, line).join('\n')}\n`);
  return file;
};
