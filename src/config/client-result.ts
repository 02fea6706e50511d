import { VoltanaError } from '../domain/errors.ts';
import { parseJsonFile } from './document.ts';

/** What is read of a result file of `vllm bench serve`: keys of other versions are left alone. */
export interface VllmResult {
  readonly model: string;
  readonly requests: number;
  /** Null for no limit. */
  readonly rate: number | null;
  readonly concurrency: number | null;
  readonly completed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Numbers by their keys, as they stand there; a key that is missing or no number is not in it. */
  readonly figures: Readonly<Record<string, number>>;
}

type Value = Readonly<Record<string, unknown>>;

const numberAt = (value: Value, key: string, file: string): number => {
  const found = value[key];
  if (typeof found === 'number' && Number.isFinite(found) && found >= 0) return found;
  throw new VoltanaError('FILE_MALFORMED', `${file}: ${key} is ${(JSON.stringify(found) ?? 'missing').slice(0, 40)}, not a number >= 0`, {
    hint: 'Give the file that `vllm bench serve --save-result` wrote, as it is.',
  });
};

const isObject = (value: unknown): value is Value => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A document of ours says its kind; theirs has none, but these. */
const isVllm = (value: Value): boolean => value['kind'] === undefined && 'mean_ttft_ms' in value && 'completed' in value;

/**
 * A result file of `vllm bench serve --save-result`, or of our own `--save-vllm`.
 * @returns null for any other document
 * @throws VoltanaError FILE_MALFORMED
 */
export function parseVllmResult(text: string, file: string): VllmResult | null {
  const value = text.trim() === '' ? null : parseJsonFile(text, file);
  if (!isObject(value) || !isVllm(value)) return null;
  const { model_id: model, request_rate: rate, max_concurrency: concurrency } = value;
  return {
    model: typeof model === 'string' ? model : '?',
    requests: numberAt(value, 'num_prompts', file),
    rate: typeof rate === 'number' ? rate : null,
    concurrency: typeof concurrency === 'number' ? concurrency : null,
    completed: numberAt(value, 'completed', file),
    inputTokens: numberAt(value, 'total_input_tokens', file),
    outputTokens: numberAt(value, 'total_output_tokens', file),
    figures: Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1])),
    ),
  };
}
