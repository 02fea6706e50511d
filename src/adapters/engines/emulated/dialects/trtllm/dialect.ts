import { answering, generating, healthy, modelList, text } from '../../generation/handler.ts';
import type { ErrorBody } from '../../http.ts';
import type { EngineNode } from '../../node.ts';
import type { EmulatedDialect } from '../dialect.ts';
import { iterationStats, prometheus } from './metrics.ts';
import { endpointText } from './opaque-state.ts';
import { trtllmCall } from './requests.ts';

const TYPES: Readonly<Record<number, string>> = { 400: 'BadRequestError', 404: 'NotFoundError' };
const errorBody: ErrorBody = (status, message) => ({
  object: 'error',
  message,
  type: TYPES[status] ?? 'InternalServerError',
  param: null,
  code: status,
});

/** Only a context server has something to tell: where generation servers ask for its KV. */
const serverInfo = ({ kvAddress }: EngineNode) => ({
  disaggregated_params: kvAddress === null ? null : { ctx_info_endpoint: endpointText(kvAddress), ctx_dp_rank: 0 },
});

/**
 * TensorRT-LLM, each server started for one phase. Context first: prefill, whose reply has what decode needs. Generation first:
 * both at once, under the id that the orchestrator gave to both. Its ids are 64-bit integers that no double holds.
 */
export const trtllm: EmulatedDialect = {
  errorBody,
  desk: ({ protocol }) => ({ key: /^\d{1,19}$/, peersMayWait: protocol === 'generation-first' }),
  hasKvPort: ({ role }) => role === 'prefill',
  routes: (node) => ({
    'GET /health': healthy(node),
    'GET /version': answering(() => ({ version: '0.0.0+voltana-emulated' })),
    'GET /server_info': answering(() => serverInfo(node)),
    'GET /v1/models': modelList(node, 'tensorrt_llm'),
    'GET /metrics': answering(iterationStats(node)),
    'GET /prometheus/metrics': text(() => prometheus(node)),
    'POST /v1/completions': generating(node, trtllmCall(node, errorBody, 'completion')),
    'POST /v1/chat/completions': generating(node, trtllmCall(node, errorBody, 'chat')),
  }),
};
