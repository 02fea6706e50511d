import { errorOf, failure, fieldsOf, countOf, malformed, parseFields, type EventReader, type Fields, type RunningUsage } from './shape.ts';
import { templated } from './template.ts';

const usageOf = (chunk: Fields): RunningUsage | null => {
  const usage = fieldsOf(chunk['usage']);
  return usage === null ? null : { promptTokens: countOf(usage['prompt_tokens']), outputTokens: countOf(usage['completion_tokens']) };
};

const choicesOf = ({ choices }: Fields): readonly Fields[] =>
  Array.isArray(choices) ? choices.map(fieldsOf).filter((one) => one !== null) : [];

/** How OpenAI's two APIs stream, which differ in where a choice has its text. */
export const openAiReader = (carriesText: (choice: Fields) => boolean, keys: readonly string[]): (() => EventReader) => {
  const read: EventReader = (payload) => {
    const chunk = parseFields(payload);
    if (chunk === null) return malformed(payload);
    const error = errorOf(chunk);
    if (error !== null) return failure(error);
    const choices = choicesOf(chunk);
    return {
      text: choices.some(carriesText),
      finished: choices.some((choice) => Boolean(choice['finish_reason'])),
      usage: usageOf(chunk),
      error: null,
    };
  };
  return () => templated(read, keys);
};

/** What both ask for beside the prompt. */
export const openAiWishes = (maxTokens: number, continuousUsage: boolean) => ({
  max_tokens: maxTokens,
  ignore_eos: true,
  stream: true,
  stream_options: { include_usage: true, ...(continuousUsage ? { continuous_usage_stats: true } : {}) },
  temperature: 0,
});
