import { isFields } from '../../generation/asked.ts';
import { answering, generating, healthy, modelList, text } from '../../generation/handler.ts';
import { readJson, sendJson, type ErrorBody, type Handler } from '../../http.ts';
import type { EngineNode } from '../../node.ts';
import type { EmulatedDialect } from '../dialect.ts';
import { getLoad, loads, metrics, modelInfo, serverInfo } from './info.ts';
import { AbortBook, generateCall, openAiCall } from './requests.ts';

const TYPES: Readonly<Record<number, string>> = { 400: 'BadRequestError', 404: 'NotFoundError' };
const errorBody: ErrorBody = (status, message) => ({
  object: 'error',
  message,
  type: TYPES[status] ?? 'InternalServerError',
  param: null,
  code: status,
});

/** One token through the machine: an engine that stands still does not answer. */
const healthGenerate =
  (node: EngineNode): Handler =>
  (_request, response) => {
    const answer = (status: number): void => void (response.headersSent || response.writeHead(status, { 'content-length': 0 }).end());
    if (node.faults.unhealthy) return answer(503);
    if (node.faults.now.stall) return;
    const { role } = node.spec;
    const leg = node.legs.create(false, {
      kvWanted: () => undefined,
      kvReady: () => undefined,
      token: () => undefined,
      finished: () => answer(200),
      failed: () => answer(503),
      cancelled: () => undefined,
    });
    response.once('close', () => leg.cancel('the health check left'));
    leg.submit({ promptTokens: 1, maxTokens: 1, phase: role === 'aggregated' ? 'both' : role });
  };

const abortRequest =
  (aborts: AbortBook): Handler =>
  async (request, response) => {
    const body = await readJson(request);
    if (isFields(body) && body['abort_all'] === true) aborts.abort(null);
    else if (isFields(body) && typeof body['rid'] === 'string') aborts.abort(body['rid']);
    sendJson(response, 200, {});
  };

/**
 * SGLang: both legs come at once and meet in a room at the prefill's bootstrap port. A prefill is computed when its
 * peer is there, and answers when the peer has its KV.
 */
export const sglang: EmulatedDialect = {
  errorBody,
  desk: () => ({ key: /^[1-9]\d{0,18}$/, peersMayWait: true }),
  hasKvPort: ({ role }) => role === 'prefill',
  routes(node) {
    const aborts = new AbortBook();
    const info = answering(() => serverInfo(node));
    const model = answering(() => modelInfo(node));
    return {
      'GET /health': healthy(node),
      'GET /health_generate': healthGenerate(node),
      'GET /server_info': info,
      'GET /get_server_info': info,
      'GET /model_info': model,
      'GET /get_model_info': model,
      'GET /v1/models': modelList(node, 'sglang'),
      'GET /v1/loads': answering(() => loads(node)),
      'GET /get_load': answering(() => getLoad(node)),
      'GET /metrics': text(() => metrics(node)),
      'POST /abort_request': abortRequest(aborts),
      'POST /generate': generating(node, generateCall(node, aborts, errorBody)),
      'POST /v1/completions': generating(node, openAiCall(node, aborts, errorBody, 'completion')),
      'POST /v1/chat/completions': generating(node, openAiCall(node, aborts, errorBody, 'chat')),
    };
  },
};
