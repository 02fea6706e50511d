import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawObject } from '../../../../domain/raw-json.ts';
import { HttpError, readObject, sendJson, type ErrorBody, type Handler } from '../http.ts';
import type { EngineNode } from '../node.ts';
import { servedModelOf } from '../spec.ts';
import { Answer, type AnswerFormat } from './answer.ts';
import type { Asked } from './asked.ts';
import { openAiFormat, type OpenAiAnswer } from './openai-format.ts';

export interface GenerationCall {
  readonly body: RawObject;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const MS_PER_S = 1000;

/** A request for tokens: its body is read whole, and whatever is made to go wrong with requests goes wrong here. */
export const generating =
  (node: EngineNode, act: (call: GenerationCall) => void): Handler =>
  async (request, response) => {
    const body = await readObject(request);
    if (response.destroyed) return;
    const admitted = node.faults.admit();
    if (admitted === 'error') throw new HttpError(500, 'an error that was asked for');
    if (admitted === 'served') act({ body, request, response });
  };

/** @throws HttpError 404 for a model that is not served; none asked for is the one there is */
export const checkModel = (node: EngineNode, { model }: Asked): void => {
  const served = servedModelOf(node.spec);
  if (model !== null && model !== served)
    throw new HttpError(404, `the model \`${model}\` does not exist; this engine serves \`${served}\``);
};

export const createAnswer = (
  node: EngineNode,
  response: ServerResponse,
  format: AnswerFormat,
  { stream, choices, errorBody }: { readonly stream: boolean; readonly choices: number; readonly errorBody: ErrorBody },
): Answer => new Answer(response, format, { stream, choices, errorBody, tokensPerEvent: () => node.faults.tokensPerEvent });

type OwnPart = Pick<OpenAiAnswer, 'id' | 'cachedTokens'> & Partial<OpenAiAnswer>;

/** @throws HttpError 400: the client's mistake, which the next engine would find as well */
const checkFits = (node: EngineNode, { promptsTokens, maxTokens }: Asked): void => {
  const { kvCapacityTokens } = node.machine.load();
  const longest = Math.max(...promptsTokens) + maxTokens;
  if (longest > kvCapacityTokens)
    throw new HttpError(400, `prompt and output of ${longest} tokens exceed the KV room of ${kvCapacityTokens}`);
};

/** What all OpenAI answers of an engine have in common, and what an answer has of its own. @throws HttpError 400 for more tokens than fit */
export const openAiOf = (node: EngineNode, asked: Asked, own: OwnPart): OpenAiAnswer => {
  checkFits(node, asked);
  const { api, includeUsage, continuousUsage, promptsTokens } = asked;
  return {
    api,
    includeUsage,
    continuousUsage,
    model: servedModelOf(node.spec),
    createdS: Math.floor(Date.now() / MS_PER_S),
    promptTokens: promptsTokens.reduce((sum, tokens) => sum + tokens, 0),
    ...own,
  };
};

export const openAiAnswer = (
  node: EngineNode,
  { response }: GenerationCall,
  asked: Asked,
  choices: number,
  errorBody: ErrorBody,
  own: OwnPart,
): Answer => createAnswer(node, response, openAiFormat(openAiOf(node, asked, own)), { stream: asked.stream, choices, errorBody });

/** Answers with what `body` gives at that moment. */
export const answering =
  (body: () => unknown): Handler =>
  (_request, response) =>
    sendJson(response, 200, body());

/** @param body null: an empty one */
export const healthy =
  (node: EngineNode, body: unknown = null): Handler =>
  (_request, response) => {
    if (!node.faults.unhealthy && body !== null) return sendJson(response, 200, body);
    response.writeHead(node.faults.unhealthy ? 503 : 200, { 'content-length': 0 }).end();
  };

export const text =
  (content: () => string): Handler =>
  (_request, response) => {
    const body = content();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };

/** GET /v1/models. A model of an engine says so: whoever measures it must not take its figures for a real one's. */
export const modelList = (node: EngineNode, ownedBy: string): Handler =>
  answering(() => ({
    object: 'list',
    data: [{ id: servedModelOf(node.spec), object: 'model', created: 0, owned_by: ownedBy, root: node.spec.model.id, voltana: 'emulated' }],
  }));
