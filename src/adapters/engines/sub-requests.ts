import { VoltanaError } from '../../domain/errors.ts';
import type { ApiPath } from '../../ports/engine.ts';

type Body = Readonly<Record<string, unknown>>;

/** How many prompts and how many answers to each a request asks for; null prompts for one prompt that stands alone, not in a list. */
export interface SubRequests {
  readonly prompts: number | null;
  readonly choices: number;
}

/** A list of token ids is one prompt; a list of texts or of such lists is a batch. */
const promptsIn = (prompt: unknown): number | null => {
  if (!Array.isArray(prompt) || prompt.length === 0 || typeof prompt[0] === 'number') return null;
  return prompt.length;
};

const choicesIn = (n: unknown): number => (typeof n === 'number' && Number.isSafeInteger(n) && n > 1 ? n : 1);

const generateChoices = ({ sampling_params: sampling }: Body): number =>
  typeof sampling === 'object' && sampling !== null ? choicesIn((sampling as Body)['n']) : 1;

function subRequestsOf(path: ApiPath, body: Body): SubRequests {
  if (path === '/v1/chat/completions') return { prompts: null, choices: choicesIn(body['n']) };
  if (path === '/v1/completions') return { prompts: promptsIn(body['prompt']), choices: choicesIn(body['n']) };
  return { prompts: promptsIn(body['text']) ?? promptsIn(body['input_ids']), choices: generateChoices(body) };
}

/** The most choices for which an engine may be asked together: each costs a key of the protocol. */
const MOST_SUB_REQUESTS = 4096;

const refuse = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_VALUE', message, { hint });

/** @throws VoltanaError BAD_VALUE for a batch of any kind: this protocol hands over the KV of one prompt to one answer */
export function assertSingle(engine: string, path: ApiPath, body: Body): void {
  const { prompts, choices } = subRequestsOf(path, body);
  if ((prompts ?? 1) > 1)
    throw refuse(`${engine} takes one prompt per request, and this one has ${prompts}`, 'Send one request per prompt.');
  const most = Math.max(choices, choicesIn(body['best_of']));
  if (most > 1)
    throw refuse(
      `${engine} gives one choice per request, and this one asks for ${most}`,
      'Leave n and best_of out, or send several requests.',
    );
  if (body['use_beam_search'] === true) throw refuse(`${engine} has no beam search`, 'Leave use_beam_search out.');
}

/** @returns how many answers are made, null for a single one @throws VoltanaError BAD_VALUE for absurdly many */
export function batchSize(path: ApiPath, body: Body): number | null {
  const { prompts, choices } = subRequestsOf(path, body);
  if (prompts === null && choices === 1) return null;
  const size = (prompts ?? 1) * choices;
  if (size > MOST_SUB_REQUESTS)
    throw refuse(`one request asks for ${size} answers; ${MOST_SUB_REQUESTS} are the most`, 'Send smaller batches.');
  return size;
}
