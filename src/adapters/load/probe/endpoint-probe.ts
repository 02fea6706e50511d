import { BENCH_APIS, type BenchApi } from '../../../domain/bench.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { WorkloadRequest } from '../../../domain/request.ts';
import type { EndpointFacts, EndpointProbe } from '../../../ports/endpoint-probe.ts';
import { STREAM_APIS } from '../stream/api/index.ts';
import type { TlsOptions } from '../stream/connections.ts';
import { commonProblem, failed, isMissing, wordsOf } from './problems.ts';
import { chosenModel, servedModels } from './served-models.ts';
import { Session, type Streamed } from './session.ts';

export interface EndpointProbeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsOptions;
  /** For an answer that needs no model; 10 s. */
  readonly timeoutMs?: number;
  /** For a short streamed request, which may be the first that a cold engine gets; 60 s. */
  readonly streamTimeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const STREAM_TIMEOUT_MS = 60_000;
/** Two prompts whose difference tells what a word costs, whatever a server adds to each. Short enough for any model. */
const SHORT_WORDS = 16;
const LONG_WORDS = 272;
const OUTPUT_TOKENS = 4;

const requestOf = (words: number): WorkloadRequest => ({
  id: `voltana-probe-${words}`,
  arrivalMs: 0,
  promptTokens: words,
  maxTokens: OUTPUT_TOKENS,
});

const streams = ({ outcome }: Streamed): boolean => outcome.status === 'completed';

/** The APIs that answer, out of those that nobody asked for. */
const answering = async (session: Session, asked: BenchApi, model: string): Promise<BenchApi[]> => {
  const found: BenchApi[] = [];
  for (const api of BENCH_APIS.filter((one) => one !== asked)) {
    // One that breaks off is none to recommend; whether the endpoint is down was seen before.
    const streamed = await session.stream(api, requestOf(SHORT_WORDS), model).catch(() => null);
    if (streamed !== null && streams(streamed)) found.push(api);
  }
  return found;
};

const otherApi = async (session: Session, api: BenchApi, model: string, { answered }: Streamed): Promise<VoltanaError> => {
  const found = await answering(session, api, model);
  const { path } = STREAM_APIS[api];
  const what = `${session.url} does not speak ${api}: ${path} answers HTTP ${answered.status}${wordsOf(answered)}`;
  if (found.length === 0)
    return new VoltanaError('BAD_VALUE', `${what}, and no other API answers either`, { hint: 'Check the URL and the model.' });
  return new VoltanaError('BAD_VALUE', `${what}; it speaks ${found.join(' and ')}`, { hint: `Use --api ${found[0]}.` });
};

/** Why a short request got no stream. */
const problemOf = async (session: Session, api: BenchApi, model: string, streamed: Streamed): Promise<VoltanaError> => {
  const { answered, outcome } = streamed;
  const common = commonProblem(session.url, answered.path, answered, session.hasKey);
  if (common !== null) return common;
  if (isMissing(answered.status)) return otherApi(session, api, model, streamed);
  if (answered.status !== 200) return failed(session.url, answered.path, answered);
  if (!answered.contentType.includes('event-stream')) {
    const type = answered.contentType === '' ? 'no content type' : answered.contentType;
    return new VoltanaError(
      'BAD_VALUE',
      `${session.url}${answered.path} does not stream: it answers with ${type} although a stream was asked for`,
      {
        hint: 'Turn streaming on in the server, or take the proxy between away.',
      },
    );
  }
  return new VoltanaError('ENGINE_FAILED', `${session.url}${answered.path} failed a short request: ${outcome.error}`);
};

const streamOf = async (session: Session, api: BenchApi, words: number, model: string): Promise<Streamed> => {
  const streamed = await session.stream(api, requestOf(words), model);
  if (streams(streamed)) return streamed;
  throw await problemOf(session, api, model, streamed);
};

const tokensPerWord = (short: number | null, long: number | null): number =>
  short === null || long === null || long <= short ? 1 : (long - short) / (LONG_WORDS - SHORT_WORDS);

const nameless = (url: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `${url} does not tell what it serves`, { hint: 'Name the model that it serves.' });

const ask = async (session: Session, api: BenchApi, asked: string | null): Promise<EndpointFacts> => {
  const { models, emulated } = await servedModels(session);
  const model = chosenModel(session, models, asked);
  // SGLang's own API is asked for no model: it has one.
  if (model === null && api !== 'sglang-generate') throw nameless(session.url);
  const name = model ?? 'unknown';
  const short = await streamOf(session, api, SHORT_WORDS, name);
  const long = await streamOf(session, api, LONG_WORDS, name);
  return {
    model: name,
    promptTokens: short.promptTokens,
    outputTokens: short.outcome.usage === true ? short.outcome.outputTokens : null,
    tokensPerWord: tokensPerWord(short.promptTokens, long.promptTokens),
    emulated,
  };
};

/**
 * Asks an endpoint what it serves and for two short streams, before anything is measured. Tokens of a word are those of the words
 * that voltana's prompts are made of.
 */
export const createEndpointProbe = (options: EndpointProbeOptions = {}): EndpointProbe => {
  const { headers = {}, tls = {}, timeoutMs = TIMEOUT_MS, streamTimeoutMs = STREAM_TIMEOUT_MS } = options;
  return {
    probe: async ({ url, api, model, apiKey, signal }) => {
      const session = new Session({ url, apiKey, headers, tls, timeoutMs, streamTimeoutMs, signal });
      try {
        return await ask(session, api, model);
      } finally {
        await session.close();
      }
    },
  };
};
