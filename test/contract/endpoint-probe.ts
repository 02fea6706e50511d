import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { BenchApi } from '../../src/domain/bench.ts';
import type { EndpointProbe } from '../../src/ports/endpoint-probe.ts';
import { hang, StandIn, type Answer, type Routes } from '../fixtures/engines/stand-in.ts';
import { ourError, rejected } from '../fixtures/rejected.ts';

const EVENTS = { 'content-type': 'text/event-stream' };
const event = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;
const PAGE = '<!DOCTYPE html><html><title>Welcome</title><body>It works</body></html>';

interface Body {
  readonly [key: string]: unknown;
  readonly model?: string;
}
const bodyOf = async (request: IncomingMessage): Promise<Body> => {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece as string;
  return JSON.parse(text) as Body;
};
const promptOf = (body: Body): string => {
  const messages = body['messages'] as readonly { readonly content: string }[] | undefined;
  return (body['prompt'] ?? body['text'] ?? messages?.[0]?.content) as string;
};

/** Streams two texts, and counts three tokens for two words and five for its template. */
const streaming =
  (chunk: (text: string, finish: string | null) => object, usage: (prompt: number) => object | null): Answer =>
  (request: IncomingMessage, response: ServerResponse) =>
    void bodyOf(request).then((body) => {
      response.writeHead(200, EVENTS).write(event(chunk('one', null)));
      const prompt = 5 + (3 * promptOf(body).split(/\s+/).length) / 2;
      const last = usage(prompt);
      response.write(event(chunk(' two', 'length')));
      if (last !== null) response.write(event(last));
      response.end('data: [DONE]\n\n');
    });
const usage = (prompt: number) => ({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: 4 } });
const completions = streaming((text, finish_reason) => ({ choices: [{ text, finish_reason }] }), usage);
const chat = streaming((content, finish_reason) => ({ choices: [{ delta: { content }, finish_reason }] }), usage);
const generate = streaming(
  (text, finish) => ({ text, meta_info: { finish_reason: finish, prompt_tokens: 29, completion_tokens: finish === null ? 1 : 4 } }),
  () => null,
);
const models = (...ids: string[]) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) });
const status =
  (code: number, text = '', type = 'application/json'): Answer =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code, { 'content-type': type }).end(text);

const SERVER: Routes = { '/v1/models': models('m', 'other'), '/v1/completions': completions, '/v1/chat/completions': chat };

/** Every EndpointProbe passes this. @param make a probe that waits for an answer for less than two seconds */
export const endpointProbeContract = (name: string, make: () => EndpointProbe): void => {
  describe(`endpoint probe contract: ${name}`, () => {
    const never = new AbortController().signal;
    let server: StandIn | null = null;
    afterEach(async () => {
      await server?.close();
      server = null;
    });
    const ask = (url: string, more: { api?: BenchApi; model?: string | null; apiKey?: string | null; signal?: AbortSignal } = {}) =>
      make().probe({ url, api: 'openai-completions', model: null, apiKey: null, signal: never, ...more });
    const at = async (routes: Routes): Promise<string> => (server = await StandIn.start(routes)).url;
    const refusal = async (routes: Routes, more: Parameters<typeof ask>[1] = {}) => {
      const { code, message, hint } = await ourError(ask(await at(routes), more));
      return { code, message, hint };
    };

    it('tells the model, the counts of a short request and what a word costs, with OpenAI’s APIs and SGLang’s', async () => {
      const url = await at({ ...SERVER, '/generate': generate });
      expect(await ask(url)).to.deep.equal({ model: 'm', promptTokens: 29, outputTokens: 4, tokensPerWord: 1.5, emulated: false });
      expect(await ask(`${url}/v1/`, { api: 'openai-chat', model: 'other' })).to.deep.include({ model: 'other', tokensPerWord: 1.5 });
      expect(await ask(url, { api: 'sglang-generate' })).to.deep.include({ model: 'm', promptTokens: 29, outputTokens: 4 });
    });

    it('does without usage, and without a list of models', async () => {
      const untold = streaming(
        (text, finish_reason) => ({ choices: [{ text, finish_reason }] }),
        () => null,
      );
      expect(await ask(await at({ ...SERVER, '/v1/completions': untold }))).to.deep.equal({
        ...{ model: 'm', promptTokens: null, outputTokens: null, tokensPerWord: 1, emulated: false },
      });
      await server!.close();
      const info = { model_path: 'org/llama', is_generation: true };
      const bare = await at({ '/get_model_info': info, '/generate': generate });
      expect(await ask(bare, { api: 'sglang-generate' })).to.include({ model: 'org/llama', tokensPerWord: 1 });
      await server!.close();
      expect(await ask(await at({ '/v1/completions': completions }), { model: 'mine' })).to.include({ model: 'mine' });
      await server!.close();
      expect((await refusal({ '/v1/completions': completions })).message).to.match(/does not tell what it serves/);
    });

    it('a server that nobody runs, or whose name nobody knows', async () => {
      const url = await at(SERVER);
      await server!.close();
      server = null;
      const down = await ourError(ask(url));
      expect([down.code, down.exitCode]).to.deep.equal(['ENGINE_FAILED', 5]);
      expect(down.message)
        .to.include(url)
        .and.match(/nothing listens there/);
      const nowhere = await ourError(ask('http://no-such-host.invalid:8000'));
      expect(nowhere.code).to.equal('ENGINE_FAILED');
      expect(nowhere.message).to.match(/no-such-host\.invalid/);
    });

    it('a URL that is none', async () => {
      expect((await ourError(ask('localhost:8000'))).code).to.equal('BAD_VALUE');
      expect((await ourError(ask('ftp://localhost'))).code).to.equal('BAD_VALUE');
    });

    it('a server that takes connections and says nothing, at once or in the middle', async () => {
      const silent = await refusal({ '/v1/models': hang });
      expect([silent.code, /did not answer GET \/v1\/models within/.test(silent.message)]).to.deep.equal(['ENGINE_FAILED', true]);
      await server!.close();
      const stalls: Answer = (_request: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(200, EVENTS).write(event({ choices: [{ text: 'a' }] }));
      const stalled = await refusal({ ...SERVER, '/v1/completions': stalls });
      expect([stalled.code, /did not answer a short request/.test(stalled.message)]).to.deep.equal(['ENGINE_FAILED', true]);
    });

    it('TLS asked of a server without, and the other way round', async () => {
      const url = await at(SERVER);
      const { code, hint } = await ourError(ask(url.replace('http:', 'https:')));
      expect([code, hint.includes('http://')]).to.deep.equal(['ENGINE_FAILED', true]);
      const odd = createServer((socket) => void socket.on('error', () => {}).end(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))).listen(
        0,
        '127.0.0.1',
      );
      await once(odd, 'listening');
      const error = await ourError(ask(`http://127.0.0.1:${(odd.address() as AddressInfo).port}`));
      odd.close();
      expect([error.code, /does not answer with HTTP/.test(error.message)]).to.deep.equal(['ENGINE_FAILED', true]);
    });

    it('another API than the one asked for: names the one that answers', async () => {
      const { code, message, hint } = await refusal({ '/v1/models': models('m'), '/v1/chat/completions': chat });
      expect(code).to.equal('BAD_VALUE');
      expect(message).to.match(/does not speak openai-completions: \/v1\/completions answers HTTP 404.*it speaks openai-chat/);
      expect(hint).to.equal('Use --api openai-chat.');
      await server!.close();
      const none = await refusal({ '/v1/models': models('m'), '/v1/completions': status(405) });
      expect([none.code, /no other API answers either/.test(none.message)]).to.deep.equal(['BAD_VALUE', true]);
    });

    it('a model that is not served: lists those that are', async () => {
      const { code, message } = await refusal(SERVER, { model: 'gpt' });
      expect(code).to.equal('BAD_VALUE');
      expect(message).to.match(/does not serve gpt; it serves m, other$/);
      expect(server!.asked).to.deep.equal(['/v1/models']);
    });

    it('an answer that does not stream', async () => {
      const { code, message } = await refusal({ ...SERVER, '/v1/completions': status(200, '{"choices":[{"text":"all at once"}]}') });
      expect([code, /does not stream: it answers with application\/json/.test(message)]).to.deep.equal(['BAD_VALUE', true]);
    });

    it('a key that is missing, and one that is wrong; one that is right is sent each time', async () => {
      const guarded =
        (answer: Answer): Answer =>
        (request: IncomingMessage, response: ServerResponse) => {
          if (request.headers.authorization !== 'Bearer right') return void response.writeHead(401).end('{"error":{"message":"no entry"}}');
          if (typeof answer === 'function') return void (answer as (a: IncomingMessage, b: ServerResponse) => void)(request, response);
          response.end(JSON.stringify(answer));
        };
      const routes = { '/v1/models': guarded(models('m')), '/v1/completions': guarded(completions) };
      const missing = await refusal(routes);
      expect(missing).to.deep.include({ code: 'BAD_VALUE', hint: 'Give the key with --api-key-file or OPENAI_API_KEY.' });
      expect(missing.message).to.match(/wants a key \(HTTP 401: no entry\)/);
      const url = server!.url;
      const wrong = await ourError(ask(url, { apiKey: 'wrong' }));
      expect(wrong.message).to.match(/does not accept the key given/);
      expect(`${wrong.message}${wrong.hint}`).not.to.include('wrong');
      expect(await ask(url, { apiKey: 'right' })).to.include({ model: 'm' });
      await server!.close();
      const later = await refusal({ ...SERVER, '/v1/completions': status(403) });
      expect(later.message).to.match(/wants a key \(HTTP 403\)/);
    });

    it('a page of a proxy or another site, and an address that leads elsewhere', async () => {
      for (const path of ['/v1/models', '/v1/completions']) {
        const page = await refusal({ ...SERVER, [path]: status(200, PAGE, 'text/html; charset=utf-8') });
        expect([page.code, page.message.includes(`answers ${path} with a web page`)]).to.deep.equal(['BAD_VALUE', true]);
        await server!.close();
      }
      const moved: Answer = (_request: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(308, { location: 'https://example.org/' }).end();
      expect((await refusal({ '/v1/models': moved })).message).to.match(/sends \/v1\/models elsewhere/);
    });

    it('a server that fails, with its own words', async () => {
      const broken = await refusal({ ...SERVER, '/v1/completions': status(500, '{"error":{"message":"out of memory"}}') });
      expect([broken.code, /HTTP 500: out of memory/.test(broken.message)]).to.deep.equal(['ENGINE_FAILED', true]);
      await server!.close();
      const gateway = await refusal({ '/v1/models': status(502, '<html><h1>502 Bad Gateway</h1></html>', 'text/html') });
      expect([gateway.code, /HTTP 502: 502 Bad Gateway/.test(gateway.message)]).to.deep.equal(['ENGINE_FAILED', true]);
      await server!.close();
      const complains = status(200, event({ error: { message: 'no decode instance' } }), 'text/event-stream');
      const within = await refusal({ ...SERVER, '/v1/completions': complains });
      expect([within.code, /no decode instance/.test(within.message)]).to.deep.equal(['ENGINE_FAILED', true]);
    });

    it('a stream that breaks off, an empty one, and one that never stops', async () => {
      const half: Answer = (_request: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(200, EVENTS).write(event({ choices: [{ text: 'a' }] }), () => response.destroy());
      const endless: Answer = (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, EVENTS).on('error', () => {});
        const more = (): void => void (response.destroyed || response.write(event({ choices: [{ text: 'a'.repeat(60_000) }] }), more));
        more();
      };
      for (const answer of [half, status(200, 'data: [DONE]\n\n', 'text/event-stream'), endless]) {
        expect((await refusal({ ...SERVER, '/v1/completions': answer })).code).to.equal('ENGINE_FAILED');
        await server!.close();
      }
    });

    it('a list of models that never stops is read no further than it must be', async () => {
      const endless: Answer = (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' }).on('error', () => {});
        const more = (): void => void (response.destroyed || response.write(' '.repeat(60_000), more));
        more();
      };
      const { code, message } = await refusal({ ...SERVER, '/v1/models': endless });
      expect(code).to.equal('ENGINE_FAILED');
      expect(message).to.match(/\/v1\/models answers too much: more than 4 MiB$/);
    });

    it('an answer that is compressed', async () => {
      const zipped: Answer = (_request: IncomingMessage, response: ServerResponse) =>
        void response.writeHead(200, { ...EVENTS, 'content-encoding': 'br' }).end('???');
      for (const path of ['/v1/models', '/v1/completions']) {
        expect((await refusal({ ...SERVER, [path]: zipped })).message)
          .to.include(`${path} `)
          .and.include('content-encoding br');
        await server!.close();
      }
    });

    it('a key that the server repeats is not told, nor what a terminal would obey', async () => {
      const repeats =
        (code: number): Answer =>
        (request: IncomingMessage, response: ServerResponse) =>
          void response.writeHead(code).end(`{"error":{"message":"${'x'.repeat(190)}${request.headers.authorization}\u202e"}}`);
      for (const [path, code] of [
        ['/v1/models', 401],
        ['/v1/models', 500],
        ['/v1/completions', 403],
        ['/v1/completions', 500],
        ['/v1/completions', 404],
      ] as const) {
        const { message } = await refusal({ ...SERVER, [path]: repeats(code) }, { apiKey: 'sk-8c1f-0123456789' });
        expect(message)
          .to.include('xxx')
          .and.not.match(/sk-|\u202e/);
        await server!.close();
      }
      const { message } = await refusal({ ...SERVER, '/v1/models': models('a\u001b[2J', '\u202eb') }, { model: 'gpt' });
      expect(message).to.match(/it serves a \[2J, b$/);
    });

    it('ends with the reason of its signal, beforehand and in the middle', async () => {
      const reason = new Error('enough');
      const url = await at({ ...SERVER, '/v1/completions': hang });
      expect(await rejected(ask(url, { signal: AbortSignal.abort(reason) }))).to.equal(reason);
      expect(server!.asked).to.deep.equal([]);
      const controller = new AbortController();
      const asking = rejected(ask(url, { signal: controller.signal }));
      while (!server!.asked.includes('/v1/completions')) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort(reason);
      expect(await asking).to.equal(reason);
    });
  });
};
