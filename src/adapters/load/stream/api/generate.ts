import { promptText } from '../prompt.ts';
import {
  countOf,
  errorOf,
  failure,
  fieldsOf,
  malformed,
  parseFields,
  type EventReader,
  type StreamApi,
  type StreamEvent,
} from './shape.ts';

/**
 * SGLang sends the text so far in each event, or what is new when it was started so; either way the counts are of all so
 * far. An event has text when the count has grown, or where nobody counts, when the text is another one.
 */
const reader = (): EventReader => {
  let counted = 0;
  let before = '';
  return (payload): StreamEvent => {
    const chunk = parseFields(payload);
    if (chunk === null) return malformed(payload);
    const error = errorOf(chunk);
    if (error !== null) return failure(error);
    const meta = fieldsOf(chunk['meta_info']) ?? {};
    const outputTokens = countOf(meta['completion_tokens']);
    const text = typeof chunk['text'] === 'string' ? chunk['text'] : '';
    const grown = outputTokens === null ? text !== before : outputTokens > counted;
    const says = text !== '' && grown;
    if (says) [counted, before] = [outputTokens ?? counted, text];
    const promptTokens = countOf(meta['prompt_tokens']);
    const usage = outputTokens === null && promptTokens === null ? null : { promptTokens, outputTokens };
    return { text: says, finished: Boolean(meta['finish_reason']), usage, error: null };
  };
};

/** SGLang's own `/generate`. It serves one model and is not asked for it. */
export const generateApi: StreamApi = {
  id: 'sglang-generate',
  path: '/generate',
  body: (request, { tokensPerWord }) =>
    JSON.stringify({
      text: promptText(request, tokensPerWord),
      sampling_params: { max_new_tokens: request.maxTokens, ignore_eos: true, temperature: 0 },
      stream: true,
    }),
  reader,
};
