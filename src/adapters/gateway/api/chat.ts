import { badRequest } from '../api-error.ts';
import { openAiWishes, streamedWithUsage } from './checks.ts';
import { at, inOrder, isObject, merge, objectsIn, parseObject, type Json } from './json.ts';
import { hasElements, hasText, holdsError } from './scan.ts';
import type { ApiShape, Assembler, News, Prompt } from './shape.ts';
import { asEvents, isUsageOnly, scanUsage } from './usage.ts';

/** Tokens of a picture depend on its size and the model: a middling count, in bytes of text. */
const PART_BYTES = 2048;

const partBytes = (part: unknown): number => {
  if (!isObject(part)) throw badRequest('each part of a message must be an object', 'messages');
  return typeof part['text'] === 'string' ? Buffer.byteLength(part['text']) : PART_BYTES;
};

const contentBytes = (content: unknown): number => {
  if (typeof content === 'string') return Buffer.byteLength(content);
  if (Array.isArray(content)) return content.reduce<number>((sum, part) => sum + partBytes(part), 0);
  if (content === undefined || content === null) return 0;
  throw badRequest('the content of a message must be a string or a list of parts', 'messages');
};

const jsonBytes = (value: unknown): number => (value === undefined || value === null ? 0 : Buffer.byteLength(JSON.stringify(value)));

const messagesIn = (body: Readonly<Json>): Prompt => {
  const messages = body['messages'] ?? [];
  if (!Array.isArray(messages) || !messages.every(isObject)) throw badRequest('messages must be a list of objects', 'messages');
  const bytes = messages.reduce((sum, { content, tool_calls: calls }) => sum + contentBytes(content) + jsonBytes(calls), 0);
  const tools = body['tools'];
  return {
    tokens: null,
    bytes: bytes + jsonBytes(tools),
    // Templates put tools before the first message.
    *pieces() {
      if (tools !== undefined) yield JSON.stringify(tools);
      for (const message of messages) yield JSON.stringify(message);
    },
  };
};

const scan = (payload: string, news: News): void => {
  scanUsage(payload, news);
  news.text = hasText(payload, '"content"') || hasText(payload, '"reasoning_content"') || hasText(payload, '"reasoning"');
  if (news.text) return;
  news.text = hasElements(payload, '"tool_calls"') || hasText(payload, '"arguments"') || hasText(payload, '"refusal"');
  if (news.text) return;
  news.usageOnly = isUsageOnly(payload, news);
  news.error = holdsError(payload);
  news.opening = !news.error && payload.includes('"role"') && !hasText(payload, '"finish_reason"');
};

const JOINED = ['content', 'reasoning_content', 'reasoning', 'refusal', 'arguments'];

/** A choice under way: its tool calls come in pieces of their own. */
interface OpenChoice {
  readonly choice: Json;
  readonly message: Json;
  readonly calls: Map<number, Json>;
}

const open = (index: number): OpenChoice => ({ choice: { index }, message: { role: 'assistant', content: null }, calls: new Map() });

const addDelta = ({ message, calls }: OpenChoice, delta: unknown): void => {
  if (!isObject(delta)) return;
  const { tool_calls: more, ...rest } = delta;
  merge(message, rest, JOINED);
  for (const { index, ...call } of objectsIn(more))
    merge(
      at(calls, index, () => ({})),
      call,
      JOINED,
    );
};

const closed = ({ choice, message, calls }: OpenChoice): Json => {
  const { index, ...rest } = choice;
  return { index, message: calls.size === 0 ? message : { ...message, tool_calls: inOrder(calls) }, ...rest };
};

const assembler = (): Assembler => {
  const whole: Json = {};
  const choices = new Map<number, OpenChoice>();
  return {
    push(payload) {
      const chunk = parseObject(payload);
      merge(whole, chunk, [], 'choices');
      for (const choice of objectsIn(chunk['choices'])) {
        const into = at(choices, choice['index'], open);
        merge(into.choice, choice, [], 'delta');
        addDelta(into, choice['delta']);
      }
    },
    answer: () => JSON.stringify({ ...whole, object: 'chat.completion', choices: inOrder(choices).map(closed) }),
  };
};

/** A message as a delta: there its tool calls are numbered. */
const deltaOf = (message: unknown): unknown => {
  if (!isObject(message) || !Array.isArray(message['tool_calls'])) return message;
  return { ...message, tool_calls: objectsIn(message['tool_calls']).map((call, index) => ({ index, ...call })) };
};

const chunkOf = (answer: Json): Json => ({
  ...answer,
  object: 'chat.completion.chunk',
  choices: objectsIn(answer['choices']).map(({ message, ...choice }) => ({ ...choice, delta: deltaOf(message) })),
});

/** `/v1/chat/completions`. */
export const chatShape: ApiShape = {
  path: '/v1/chat/completions',
  read: (body) => openAiWishes(body, messagesIn(body.value)),
  upstream: streamedWithUsage,
  scanner: () => scan,
  assembler,
  events: (answer, { usage }) => asEvents(answer, usage, chunkOf),
};
