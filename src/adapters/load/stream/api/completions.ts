import { promptText } from '../prompt.ts';
import { openAiReader, openAiWishes } from './openai.ts';
import type { StreamApi } from './shape.ts';

/** OpenAI's `/v1/completions`, as SGLang, vLLM and TensorRT-LLM serve it. */
export const completionsApi: StreamApi = {
  id: 'openai-completions',
  path: '/v1/completions',
  body: (request, { model, tokensPerWord, continuousUsage }) =>
    JSON.stringify({ model, prompt: promptText(request, tokensPerWord), ...openAiWishes(request.maxTokens, continuousUsage) }),
  reader: openAiReader(({ text }) => typeof text === 'string' && text !== '', ['"text"']),
};
