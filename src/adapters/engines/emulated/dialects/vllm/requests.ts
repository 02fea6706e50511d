import { randomUUID } from 'node:crypto';
import { parseAsked, refuse, subRequestTokens, type Asked } from '../../generation/asked.ts';
import { generate, type SubRequest } from '../../generation/generate.ts';
import { checkModel, openAiAnswer, type GenerationCall } from '../../generation/handler.ts';
import type { ErrorBody } from '../../http.ts';
import type { EngineNode } from '../../node.ts';
import { protocolOf } from './identity.ts';
import { keep } from './keep.ts';
import { take } from './take.ts';
import { transferOf, type Transfer } from './transfer-params.ts';

interface Planned {
  readonly subs: readonly SubRequest[];
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Without KV from elsewhere it prefills by itself, on its own GPU: slower, but right. */
const planAlone = (promptsTokens: readonly number[], maxTokens: number): Planned => ({
  subs: promptsTokens.map((promptTokens) => ({ work: { promptTokens, maxTokens, phase: 'both' }, paired: false })),
  extra: { kv_transfer_params: null },
});

const only = (promptsTokens: readonly number[]): number =>
  promptsTokens.length === 1 ? promptsTokens[0]! : refuse('"kv_transfer_params" go with one prompt and one choice');

const plan = (node: EngineNode, asked: Asked, transfer: Transfer, requestId: string): Planned => {
  const promptsTokens = subRequestTokens(asked);
  const protocol = protocolOf(node.spec);
  if (transfer.kind === 'none') return planAlone(promptsTokens, asked.maxTokens);
  const promptTokens = only(promptsTokens);
  if (transfer.kind === 'take') return { subs: [take(node, promptTokens, asked.maxTokens, transfer.params, protocol)], extra: {} };
  if (asked.stream) refuse('"stream" must be false with "do_remote_decode": the KV\'s place is told in the reply');
  // An answer that goes on after its first token is no prefill: it is made here, and nothing is kept of it.
  if (asked.maxTokens > 1) return planAlone(promptsTokens, asked.maxTokens);
  const { sub, transferParams } = keep(node, promptTokens, transfer.params, requestId, protocol);
  return { subs: [sub], extra: { kv_transfer_params: transferParams } };
};

/** POST /v1/completions and /v1/chat/completions. */
export const vllmCall =
  (node: EngineNode, errorBody: ErrorBody, api: Asked['api']) =>
  (call: GenerationCall): void => {
    const asked = parseAsked(call.body.value, api);
    checkModel(node, asked);
    const transfer = transferOf(call.body.value['kv_transfer_params']);
    const header = call.request.headers['x-request-id'];
    const requestId = typeof header === 'string' && header !== '' ? header : randomUUID().replaceAll('-', '');
    const id = `${api === 'chat' ? 'chatcmpl' : 'cmpl'}-${requestId}`;
    const { subs, extra } = plan(node, asked, transfer, protocolOf(node.spec) === 'nixl-pull' ? id : requestId);
    const answer = openAiAnswer(node, call, asked, subs.length, errorBody, { id, cachedTokens: null, extra });
    generate(node, call.response, answer, subs);
  };
