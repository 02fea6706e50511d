import type { LaunchedInstance } from '../../../domain/instance.ts';
import { rawAt, RawObject } from '../../../domain/raw-json.ts';
import type { ClientRequest, EarlyAnswer, Leg } from '../../../ports/engine.ts';
import { legTo, type PairPlan } from '../dialect.ts';
import { prefillReply, senseless } from '../prefill-reply.ts';
import { contextLeg, SCHEDULE_STYLE } from './context-leg.ts';

/** Reasons with which a context engine hands over to a generation engine; all others end the answer. */
const GOES_ON = new Set<unknown>(['length', 'not_finished']);

const firstChoice = (prefill: LaunchedInstance, reply: RawObject): RawObject => {
  const choice = rawAt(reply.text, ['choices', 0]);
  try {
    return RawObject.parse(choice ?? '');
  } catch (cause) {
    throw senseless(prefill, 'answered with a choice that is no JSON object', cause);
  }
};

/** The answer as a client of an engine that does both phases would see it. */
const early = (reply: RawObject, choice: RawObject): EarlyAnswer => {
  const seen = choice.with({ disaggregated_params: null });
  return { answer: reply.with({ choices: `[${seen.text}]`, prompt_token_ids: null }).text };
};

/** What the generation engine needs to find the KV: all that the context engine said, 64-bit ids as they are written. */
const handedOver = (prefill: LaunchedInstance, reply: RawObject, choice: RawObject, requestId: string): string => {
  const said = choice.raw('disaggregated_params');
  if (said === null || said === 'null') throw senseless(prefill, 'answered without disaggregated_params');
  const params = parsedParams(prefill, said);
  if ((params.value['ctx_request_id'] ?? null) === null) throw senseless(prefill, 'answered without a ctx_request_id');
  const usage = reply.raw('usage');
  return params.with({
    request_type: '"generation_only"',
    ...((params.value['disagg_request_id'] ?? null) === null && { disagg_request_id: requestId }),
    ...(usage !== null && usage !== 'null' && { ctx_usage: usage }),
  }).text;
};

function parsedParams(prefill: LaunchedInstance, said: string): RawObject {
  try {
    return RawObject.parse(said);
  } catch (cause) {
    throw senseless(prefill, 'answered with disaggregated_params that are no JSON object', cause);
  }
}

/** The prompt is not tokenized twice. */
const tokenized = (request: ClientRequest, reply: RawObject): Readonly<Record<string, string>> => {
  if (!Array.isArray(reply.value['prompt_token_ids'])) return {};
  const ids = reply.raw('prompt_token_ids') ?? '[]';
  return request.path === '/v1/completions' ? { prompt: ids } : { prompt_token_ids: ids };
};

const generationLeg = (request: ClientRequest, decode: LaunchedInstance, reply: RawObject, params: string): Leg =>
  legTo(decode, request, request.body.with({ ...tokenized(request, reply), disaggregated_params: params }));

/** The context engine answers with the state of its request, which the generation engine continues. */
export const contextFirst =
  (nextId: (attemptId: string) => string): PairPlan =>
  (request, prefill, decode) => {
    const requestId = nextId(request.attemptId);
    return {
      order: 'prefill-first',
      prefill: contextLeg(request, prefill, requestId, SCHEDULE_STYLE.contextFirst),
      next(text) {
        const reply = prefillReply(prefill, text);
        const choice = firstChoice(prefill, reply);
        if (!GOES_ON.has(choice.value['finish_reason'])) return early(reply, choice);
        return generationLeg(request, decode, reply, handedOver(prefill, reply, choice, requestId));
      },
    };
  };
