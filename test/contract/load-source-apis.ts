import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { BENCH_APIS, type BenchApi } from '../../src/domain/bench.ts';
import type { RequestOutcome, WorkloadRequest } from '../../src/domain/request.ts';
import type { LoadSource } from '../../src/ports/load-source.ts';
import {
  EVENT_STREAM,
  startSseServer,
  type Answer,
  type CompletionBody,
  type SseServer,
} from '../integration/adapters/load/stream/sse-server.ts';

const PROMPT_TOKENS = 12;
const schedule = (count: number, everyMs = 2): WorkloadRequest[] =>
  Array.from({ length: count }, (_, i) => ({ id: `r${i}`, arrivalMs: i * everyMs, promptTokens: PROMPT_TOKENS, maxTokens: 6 }));

/** How many tokens each chunk of an answer carries: six in all. */
const CHUNKS = [1, 2, 3];

/** What an engine writes in one API. */
interface Dialect {
  readonly path: string;
  prompt(body: CompletionBody): unknown;
  maxTokens(body: CompletionBody): unknown;
  first: object | null;
  chunk(index: number, total: number): object;
  last(total: number): object[];
}

const usage = (total: number) => ({ prompt_tokens: PROMPT_TOKENS + 1, completion_tokens: total, total_tokens: PROMPT_TOKENS + 1 + total });
const words = (tokens: number): string => ' é"\n'.repeat(tokens);
const sampling = (body: CompletionBody) => body['sampling_params'] as Record<string, unknown> | undefined;
const meta = (total: number, reason: object | null) => ({
  prompt_tokens: PROMPT_TOKENS + 1,
  completion_tokens: total,
  finish_reason: reason,
});
const messagesOf = (body: CompletionBody) => body['messages'] as { role: string; content: string }[] | undefined;

const DELTAS = [{ reasoning_content: words(1) }, { content: words(2) }, { tool_calls: [{ index: 0, function: { arguments: words(3) } }] }];

/** A server tells counts in every chunk, or at the end. */
const DIALECTS = (continuous: boolean): Record<BenchApi, Dialect> => {
  const told = (total: number) => (continuous ? { usage: usage(total) } : {});
  return {
    'openai-completions': {
      path: '/v1/completions',
      prompt: (body) => body.prompt,
      maxTokens: (body) => body.max_tokens,
      first: null,
      chunk: (index, total) => ({ choices: [{ index: 0, text: words(CHUNKS[index]!), finish_reason: null }], ...told(total) }),
      last: (total) => [
        { choices: [{ index: 0, text: '', finish_reason: 'length' }], ...told(total) },
        { choices: [], usage: usage(total) },
      ],
    },
    'openai-chat': {
      path: '/v1/chat/completions',
      prompt: (body) => messagesOf(body)?.[0]?.content,
      maxTokens: (body) => body.max_tokens,
      first: { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }], ...told(0) },
      chunk: (index, total) => ({ choices: [{ index: 0, delta: DELTAS[index], finish_reason: null }], ...told(total) }),
      last: (total) => [
        { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }], ...told(total) },
        { choices: [], usage: usage(total) },
      ],
    },
    'sglang-generate': {
      path: '/generate',
      prompt: (body) => body['text'],
      maxTokens: (body) => sampling(body)?.['max_new_tokens'],
      first: null,
      chunk: (_index, total) => ({ text: words(total), meta_info: meta(total, null) }),
      last: (total) => [{ text: words(total), meta_info: meta(total, { type: 'length', length: total }) }],
    },
  };
};

const event = (payload: object): string => `data: ${JSON.stringify(payload)}\n\n`;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3));

const stream = async (response: ServerResponse, { first, chunk, last }: Dialect): Promise<void> => {
  response.writeHead(200, EVENT_STREAM);
  if (first !== null) response.write(event(first));
  let total = 0;
  for (const [index, tokens] of CHUNKS.entries()) {
    await pause();
    response.write(event(chunk(index, (total += tokens))));
  }
  response.end([...last(total).map(event), 'data: [DONE]\n\n'].join(''));
};

/** What a load is made with beside a URL. */
export interface ApiOptions {
  readonly api: BenchApi;
  readonly continuousUsage?: boolean;
}

/** Every LoadSource that speaks the APIs of a bench passes this. */
export const loadSourceApisContract = (name: string, make: (url: string, options: ApiOptions) => LoadSource): void => {
  describe(`load source contract, APIs and long runs: ${name}`, () => {
    const { signal } = new AbortController();
    let server: SseServer;
    const asked: { path: string | undefined; id: unknown }[] = [];
    const serve = async (answer: Answer): Promise<string> => {
      asked.length = 0;
      server = await startSseServer((response, body, request) => {
        asked.push({ path: request.url, id: request.headers['x-request-id'] });
        return answer(response, body, request);
      });
      return server.url;
    };
    afterEach(() => server.close());

    const oneOf = async (options: ApiOptions, continuous: boolean): Promise<RequestOutcome> => {
      const url = await serve((response) => stream(response, DIALECTS(continuous)[options.api]));
      const { outcomes } = await make(url, options).run(schedule(1), { drainMs: 5000, signal });
      expect(outcomes).to.have.length(1);
      return outcomes[0]!;
    };

    for (const api of BENCH_APIS) {
      it(`${api}: asks as the API wants it, and sees each chunk with text once, by the server's count`, async () => {
        const outcome = await oneOf({ api }, false);
        const { path, prompt, maxTokens } = DIALECTS(false)[api];
        const body = server.bodies[0]!;
        expect(asked).to.deep.equal([{ path, id: 'r0' }]);
        expect(String(prompt(body)).split(/\s+/)).to.have.length(PROMPT_TOKENS);
        expect([maxTokens(body), body['stream']]).to.deep.equal([6, true]);
        expect(outcome).to.include({ status: 'completed', error: null, outputTokens: 6, promptTokens: PROMPT_TOKENS + 1, usage: true });
        expect(outcome.gapsMs).to.have.length(CHUNKS.length - 1);
        expect(outcome.chunkTokens).to.deep.equal(api === 'sglang-generate' ? CHUNKS : undefined);
      });

      it(`${api}: tells the tokens of each chunk where the server tells them`, async () => {
        const outcome = await oneOf({ api, continuousUsage: true }, true);
        expect(outcome).to.include({ status: 'completed', outputTokens: 6, usage: true });
        expect(outcome.chunkTokens).to.deep.equal(CHUNKS);
        const options = server.bodies[0]!['stream_options'];
        expect(options).to.deep.equal(api === 'sglang-generate' ? undefined : { include_usage: true, continuous_usage_stats: true });
      });

      it(`${api}: an error in the midst of the stream fails the request, with its words`, async () => {
        const url = await serve((response) => {
          const { chunk } = DIALECTS(false)[api];
          response
            .writeHead(200, EVENT_STREAM)
            .end(event(chunk(0, 1)) + event({ error: { message: 'KV cache is full' } }) + 'data: [DONE]\n\n');
        });
        const { outcomes } = await make(url, { api }).run(schedule(1), { drainMs: 5000, signal });
        expect(outcomes[0]).to.include({ status: 'failed', error: 'KV cache is full', outputTokens: 1 });
      });
    }

    it('asks nobody for counts in every chunk who was not said to know that option', async () => {
      await oneOf({ api: 'openai-completions' }, false);
      expect(server.bodies[0]!['stream_options']).to.deep.equal({ include_usage: true });
    });

    it('tells each outcome once as soon as it is known, and keeps none of them', async () => {
      const url = await serve((response) => stream(response, DIALECTS(false)['openai-completions']));
      const told: RequestOutcome[] = [];
      const ended: number[] = [];
      const run = await make(url, { api: 'openai-completions' }).run(schedule(12), {
        drainMs: 5000,
        signal,
        onOutcome: (outcome) => told.push(outcome),
        onProgress: (progress) => {
          if (progress.ended === told.length) ended.push(progress.ended);
        },
      });
      expect(run.outcomes).to.deep.equal([]);
      expect(told.map(({ id }) => id).sort()).to.deep.equal(
        schedule(12)
          .map(({ id }) => id)
          .sort(),
      );
      expect(told.every(({ status }) => status === 'completed')).to.equal(true);
      // Whoever is told that so many have ended has been told of all of them.
      expect(ended.at(-1)).to.equal(12);
    });

    it('tells the outcomes of those it gives up, too', async () => {
      const url = await serve((response) => void response.writeHead(200, EVENT_STREAM).write(event({ choices: [{ text: 'a' }] })));
      const told: RequestOutcome[] = [];
      const onOutcome = (outcome: RequestOutcome): void => void told.push(outcome);
      const run = await make(url, { api: 'openai-completions' }).run(schedule(3), { drainMs: 200, signal, onOutcome });
      expect(run.outcomes).to.deep.equal([]);
      expect(told.map(({ status, outputTokens }) => [status, outputTokens])).to.deep.equal(Array(3).fill(['unfinished', 1]));
      expect(await server.socketsLeft()).to.equal(0);
    });

    it('sends nothing more after the time for sending, and waits for what is open', async () => {
      const url = await serve((response) => stream(response, DIALECTS(false)['openai-completions']));
      const { outcomes } = await make(url, { api: 'openai-completions' }).run(schedule(100_000, 10), {
        drainMs: 5000,
        signal,
        sendForMs: 150,
      });
      expect(outcomes.length).to.be.within(1, 10_000);
      expect(outcomes.map(({ id }) => id)).to.deep.equal(schedule(outcomes.length).map(({ id }) => id));
      for (const { status, sentMs } of outcomes) {
        expect(status).to.equal('completed');
        expect(sentMs).to.be.below(5000);
      }
      expect(server.bodies).to.have.length(outcomes.length);
      expect(await server.socketsLeft()).to.equal(0);
    });
  });
};
