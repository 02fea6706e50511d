import { parseAsked, refuse, subRequestTokens, type Asked } from '../../generation/asked.ts';
import { generate } from '../../generation/generate.ts';
import { createAnswer, openAiOf, type GenerationCall } from '../../generation/handler.ts';
import { openAiFormat } from '../../generation/openai-format.ts';
import type { ErrorBody } from '../../http.ts';
import type { EngineNode } from '../../node.ts';
import { PARAMS_PLACE, replyParams, withParams } from './context-reply.ts';
import { contextSub } from './context.ts';
import { generationSub } from './generation.ts';
import { drawId, idOf } from './ids.ts';
import { paramsOf, type DisaggregatedParams } from './params.ts';

const VOCABULARY = 32_000;
const STEP = 7;

/** The prompt as token ids: the request's own where it has them. */
const tokenIdsOf = (body: Readonly<Record<string, unknown>>, promptTokens: number): readonly number[] => {
  const own = Array.isArray(body['prompt']) ? body['prompt'] : body['prompt_token_ids'];
  if (Array.isArray(own) && own.every(Number.isInteger)) return own as readonly number[];
  return Array.from({ length: promptTokens }, (_, at) => (at * STEP) % VOCABULARY);
};

/** Token ids that the router took from the context reply go before the text that they were made of. */
const promptTokensOf = (asked: Asked, body: Readonly<Record<string, unknown>>): number => {
  const tokens = subRequestTokens(asked);
  if (tokens.length > 1) refuse('disaggregated serving takes one prompt and one choice');
  const ids = body['prompt_token_ids'] ?? null;
  if (ids === null) return tokens[0]!;
  return Array.isArray(ids) && ids.length > 0 && ids.every(Number.isInteger)
    ? ids.length
    : refuse('"prompt_token_ids" must be an array of token ids');
};

interface Part {
  readonly node: EngineNode;
  readonly call: GenerationCall;
  readonly asked: Asked;
  readonly promptTokens: number;
  readonly errorBody: ErrorBody;
  readonly id: string;
}

/** An answer of one token is over with its first one: then nothing is left for a generation server. */
const contextPart = ({ node, call, asked, promptTokens, errorBody, id }: Part, { raw }: DisaggregatedParams): void => {
  if (asked.stream) refuse('"stream" must be false in a context_only request');
  const disaggId = idOf(raw.raw('disagg_request_id'), 'disagg_request_id');
  const beside = node.spec.protocol === 'generation-first';
  const ctxId = beside ? disaggId : drawId();
  const over = asked.maxTokens === 1;
  const params = over && !beside ? 'null' : replyParams({ ctxId, disaggId }, node.kvAddress!);
  const common = {
    id,
    cachedTokens: 0,
    finishReason: over ? 'stop' : 'length',
    choiceExtra: { disaggregated_params: PARAMS_PLACE },
    extra: { prompt_token_ids: tokenIdsOf(call.body.value, promptTokens) },
  };
  const format = withParams(openAiFormat(openAiOf(node, asked, common)), params);
  const answer = createAnswer(node, call.response, format, { stream: false, choices: 1, errorBody });
  generate(node, call.response, answer, [contextSub(node, promptTokens, { key: ctxId, disaggId, kept: beside || !over })]);
};

const generationPart = ({ node, call, asked, promptTokens, errorBody, id }: Part, params: DisaggregatedParams): void => {
  const sub = generationSub(node, promptTokens, asked.maxTokens, params);
  const format = openAiFormat({ ...openAiOf(node, asked, { id, cachedTokens: 0 }), promptTokens });
  const answer = createAnswer(node, call.response, format, { stream: asked.stream, choices: 1, errorBody });
  generate(node, call.response, answer, [sub]);
};

/** Both phases on its own GPU, whatever the server was started for. */
const plainPart = ({ node, call, asked, promptTokens, errorBody, id }: Part): void => {
  const format = openAiFormat({ ...openAiOf(node, asked, { id, cachedTokens: 0 }), promptTokens });
  const answer = createAnswer(node, call.response, format, { stream: asked.stream, choices: 1, errorBody });
  generate(node, call.response, answer, [{ work: { promptTokens, maxTokens: asked.maxTokens, phase: 'both' }, paired: false }]);
};

/** POST /v1/completions and /v1/chat/completions. */
export const trtllmCall =
  (node: EngineNode, errorBody: ErrorBody, api: Asked['api']) =>
  (call: GenerationCall): void => {
    const asked = parseAsked(call.body.value, api);
    const { role } = node.spec;
    if (role === 'aggregated') return refuse('an emulated TensorRT-LLM does one phase', 500);
    const params = paramsOf(call.body, role);
    const promptTokens = promptTokensOf(asked, call.body.value);
    const id = `${api === 'chat' ? 'chatcmpl' : 'cmpl'}-${node.stats.requests + 1}`;
    const part = { node, call, asked, promptTokens, errorBody, id };
    if (params === null) plainPart(part);
    else if (params.type === 'context_only') contextPart(part, params);
    else generationPart(part, params);
  };
