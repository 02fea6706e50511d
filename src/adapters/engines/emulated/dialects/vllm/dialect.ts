import { answering, generating, healthy, modelList, text } from '../../generation/handler.ts';
import type { ErrorBody } from '../../http.ts';
import type { EmulatedDialect } from '../dialect.ts';
import { engineIdOf, protocolOf } from './identity.ts';
import { metrics } from './metrics.ts';
import { vllmCall } from './requests.ts';

const TYPES: Readonly<Record<number, string>> = { 400: 'BadRequestError', 404: 'NotFoundError' };
const errorBody: ErrorBody = (status, message) => ({
  error: { message, type: TYPES[status] ?? 'InternalServerError', param: null, code: status },
});

/**
 * vLLM: an engine has no role, each request says what becomes of its KV. Pull: prefill, whose reply tells where the KV lies, then
 * decode. Push and Mooncake: both at once, under an id that the router gives to both.
 */
export const vllm: EmulatedDialect = {
  errorBody,
  desk: (spec) => ({ key: /^[\x21-\x7e]{1,200}$/, peersMayWait: protocolOf(spec) !== 'nixl-pull' }),
  hasKvPort: ({ role }) => role !== 'aggregated',
  routes: (node) => ({
    'GET /health': healthy(node),
    'GET /ping': healthy(node),
    'GET /version': answering(() => ({ version: '0.0.0+voltana-emulated' })),
    'GET /v1/models': modelList(node, 'vllm'),
    // Without --enable-server-load-tracking, that is.
    'GET /load': answering(() => ({ server_load: 0 })),
    'GET /metrics': text(() => metrics(node)),
    'POST /v1/completions': generating(node, vllmCall(node, errorBody, 'completion')),
    'POST /v1/chat/completions': generating(node, vllmCall(node, errorBody, 'chat')),
  }),
  kvRoutes: (node) =>
    protocolOf(node.spec) === 'mooncake' ? { 'GET /query': answering(() => ({ 0: { engine_id: engineIdOf(node.spec) } })) } : {},
};
