import type { ServerResponse } from 'node:http';
import { countOf, isFields, parseAsked, promptsTokensOf, refuse, subRequestTokens, type Asked } from '../../generation/asked.ts';
import { generate, type Generation } from '../../generation/generate.ts';
import { createAnswer, openAiAnswer, type GenerationCall } from '../../generation/handler.ts';
import type { ErrorBody } from '../../http.ts';
import type { EngineNode } from '../../node.ts';
import { generateFormat } from './generate-format.ts';
import { meetingsOf, type Meeting } from './rooms.ts';
import { sglangSub } from './sub-request.ts';

const DEFAULT_NEW_TOKENS = 128;

/** What an answer's requests are called, and how to end them by that name. */
export class AbortBook {
  readonly #running = new Map<string, Generation>();
  #count = 0;

  nextId(): string {
    this.#count++;
    return this.#count.toString(16).padStart(32, '0');
  }

  track(rid: string, generation: Generation, response: ServerResponse): void {
    this.#running.set(rid, generation);
    response.once('close', () => this.#running.delete(rid));
  }

  /** @param rid null: all of them */
  abort(rid: string | null): void {
    for (const [name, generation] of [...this.#running]) {
      if (rid === null || name === rid) generation.abort('Abort in waiting queue or running batch: aborted by request');
    }
  }
}

const ridOf = (rid: unknown, aborts: AbortBook): string => (typeof rid === 'string' && rid !== '' ? rid : aborts.nextId());

const meetings = (node: EngineNode, { body }: GenerationCall, count: number, batch: boolean): readonly (Meeting | null)[] =>
  node.spec.role === 'aggregated' ? Array<null>(count).fill(null) : meetingsOf(body, count, batch);

/** POST /v1/completions and /v1/chat/completions. */
export const openAiCall =
  (node: EngineNode, aborts: AbortBook, errorBody: ErrorBody, api: Asked['api']) =>
  (call: GenerationCall): void => {
    const asked = parseAsked(call.body.value, api);
    const promptsTokens = subRequestTokens(asked);
    // A prompt that is a list of prompts is a batch, though it may hold but one.
    const { prompt } = call.body.value;
    const batch = asked.n > 1 || (Array.isArray(prompt) && !Number.isInteger(prompt[0]));
    const places = meetings(node, call, promptsTokens.length, batch);
    const rid = ridOf(call.body.value['rid'], aborts);
    const answer = openAiAnswer(node, call, asked, promptsTokens.length, errorBody, { id: rid, cachedTokens: null });
    const subs = promptsTokens.map((tokens, at) => sglangSub(node, tokens, asked.maxTokens, places[at]!));
    aborts.track(rid, generate(node, call.response, answer, subs), call.response);
  };

/** POST /generate. */
export const generateCall =
  (node: EngineNode, aborts: AbortBook, errorBody: ErrorBody) =>
  (call: GenerationCall): void => {
    const { text, input_ids: inputIds, sampling_params: sampling = {}, stream = false, rid: asked } = call.body.value;
    if ((text === undefined) === (inputIds === undefined)) refuse('Either text or input_ids should be provided, and not both');
    if (!isFields(sampling)) return refuse('"sampling_params" must be an object');
    const prompts = text === undefined ? promptsTokensOf(inputIds, 'input_ids') : promptsTokensOf(text, 'text');
    const maxTokens = countOf(sampling['max_new_tokens'], 'max_new_tokens', DEFAULT_NEW_TOKENS);
    const n = countOf(sampling['n'], 'n', 1);
    const promptsTokens = prompts.flatMap((tokens) => Array<number>(n).fill(tokens));
    const batch = n > 1 || Array.isArray(text) || (Array.isArray(inputIds) && Array.isArray(inputIds[0]));
    const places = meetings(node, call, promptsTokens.length, batch);
    const rid = ridOf(asked, aborts);
    const ids = promptsTokens.map((_, at) => (batch ? `${rid}_${at}` : rid));
    const format = generateFormat(ids, promptsTokens, batch);
    const answer = createAnswer(node, call.response, format, { stream: stream === true, choices: promptsTokens.length, errorBody });
    const subs = promptsTokens.map((tokens, at) => sglangSub(node, tokens, maxTokens, places[at]!));
    aborts.track(rid, generate(node, call.response, answer, subs), call.response);
  };
