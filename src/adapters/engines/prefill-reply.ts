import { VoltanaError } from '../../domain/errors.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import { RawObject } from '../../domain/raw-json.ts';

export const senseless = ({ id, endpoints }: LaunchedInstance, what: string, cause?: unknown): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `prefill engine ${id} at ${endpoints.url} ${what}`, {
    cause,
    hint: 'Check that the engine at this URL is of the kind and protocol that the cluster file names.',
  });

/** What a prefill engine answered. @throws VoltanaError ENGINE_FAILED for what is no answer of an OpenAI API */
export function prefillReply(prefill: LaunchedInstance, text: string): RawObject {
  let reply: RawObject;
  try {
    reply = RawObject.parse(text);
  } catch (cause) {
    throw senseless(prefill, 'answered with what is no JSON object', cause);
  }
  const { error = null, choices } = reply.value;
  if (error !== null) throw senseless(prefill, 'answered with an error');
  if (!Array.isArray(choices) || choices.length === 0) throw senseless(prefill, 'answered without choices');
  return reply;
}
