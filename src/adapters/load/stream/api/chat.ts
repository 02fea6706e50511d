import { promptText } from '../prompt.ts';
import { openAiReader, openAiWishes } from './openai.ts';
import { fieldsOf, type Fields, type StreamApi } from './shape.ts';

/** Members of a delta that hold generated text; vLLM has called its reasoning by both names. */
const TEXTS = ['content', 'reasoning_content', 'reasoning', 'refusal'];

const filled = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** The name and the arguments of a call are generated like any text; its id and type are the server's. */
const callsSomething = (call: unknown): boolean => {
  const asked = fieldsOf(fieldsOf(call)?.['function']);
  return asked !== null && (filled(asked['name']) || filled(asked['arguments']));
};

/** A first chunk that only says whose turn it is carries no text. */
const carriesText = (choice: Fields): boolean => {
  const delta = fieldsOf(choice['delta']);
  if (delta === null) return false;
  const calls = delta['tool_calls'];
  return TEXTS.some((name) => filled(delta[name])) || (Array.isArray(calls) && calls.some(callsSomething));
};

/** OpenAI's `/v1/chat/completions`. The server's template adds tokens to the prompt. */
export const chatApi: StreamApi = {
  id: 'openai-chat',
  path: '/v1/chat/completions',
  body: (request, { model, tokensPerWord, continuousUsage }) =>
    JSON.stringify({
      model,
      messages: [{ role: 'user', content: promptText(request, tokensPerWord) }],
      ...openAiWishes(request.maxTokens, continuousUsage),
    }),
  reader: openAiReader(carriesText, ['"content"', '"reasoning_content"', '"reasoning"']),
};
