import { parseAsked, refuse, subRequestTokens, type Asked } from '../../generation/asked.ts';
import { generate } from '../../generation/generate.ts';
import { checkModel, generating, healthy, modelList, openAiAnswer, type GenerationCall } from '../../generation/handler.ts';
import type { ErrorBody } from '../../http.ts';
import type { EngineNode } from '../../node.ts';
import type { EmulatedDialect } from '../dialect.ts';

const errorBody: ErrorBody = (status, message) => ({
  error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code: status },
});

const PD_KEYS = ['bootstrap_room', 'kv_transfer_params', 'disaggregated_params'];

const call =
  (node: EngineNode, api: Asked['api']) =>
  (generation: GenerationCall): void => {
    const { value } = generation.body;
    // Real engines ignore what they do not know; a router that sends such a key here is wrong, and should hear of it.
    for (const key of PD_KEYS) if (key in value) refuse(`"${key}" means nothing to an engine that does both phases`);
    const asked = parseAsked(value, api);
    checkModel(node, asked);
    const promptsTokens = subRequestTokens(asked);
    const id = `${api === 'chat' ? 'chatcmpl' : 'cmpl'}-${node.stats.requests + 1}`;
    const answer = openAiAnswer(node, generation, asked, promptsTokens.length, errorBody, { id, cachedTokens: 0 });
    const work = { maxTokens: asked.maxTokens, phase: 'both' } as const;
    generate(
      node,
      generation.response,
      answer,
      promptsTokens.map((promptTokens) => ({ work: { ...work, promptTokens }, paired: false })),
    );
  };

/** Any OpenAI-compatible engine: one process and one clock for both phases. */
export const openai: EmulatedDialect = {
  errorBody,
  desk: () => ({ key: /^$/, peersMayWait: false }),
  hasKvPort: () => false,
  routes: (node) => ({
    'GET /health': healthy(node, { status: 'ok' }),
    'GET /v1/models': modelList(node, 'emulated'),
    'POST /v1/completions': generating(node, call(node, 'completion')),
    'POST /v1/chat/completions': generating(node, call(node, 'chat')),
  }),
};
