import type { BenchApi } from '../../../../domain/bench.ts';
import { chatApi } from './chat.ts';
import { completionsApi } from './completions.ts';
import { generateApi } from './generate.ts';
import type { StreamApi } from './shape.ts';

export const STREAM_APIS: Readonly<Record<BenchApi, StreamApi>> = {
  'openai-completions': completionsApi,
  'openai-chat': chatApi,
  'sglang-generate': generateApi,
};
