import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { createStreamLoad } from '../../../../../src/adapters/load/stream/stream-load.ts';
import type { RequestOutcome } from '../../../../../src/domain/request.ts';
import { realTime } from './real-time.ts';
import { type Answer, EVENT_STREAM, forever, startSseServer, textEvent } from './sse-server.ts';

const runOne = async (url: string): Promise<RequestOutcome> => {
  const load = createStreamLoad({ url, model: 'm', time: realTime, api: 'openai-completions' });
  const schedule = [{ id: 'r1', arrivalMs: 0, promptTokens: 10, maxTokens: 3 }];
  const { outcomes } = await load.run(schedule, { drainMs: 3000, signal: new AbortController().signal });
  return outcomes[0] as RequestOutcome;
};

const outcomeOf = async (answer: Answer): Promise<RequestOutcome> => {
  const server = await startSseServer(answer);
  try {
    const outcome = await runOne(server.url);
    expect(await server.socketsLeft()).to.equal(0);
    return outcome;
  } finally {
    await server.close();
  }
};

const refuse =
  (status: number, body: string): Answer =>
  (response) =>
    void response.writeHead(status).end(body);
const stream =
  (...pieces: string[]): Answer =>
  (response) =>
    void response.writeHead(200, EVENT_STREAM).end(pieces.join(''));

describe('stream load, outcomes that are not plain success', () => {
  const cases: Record<string, [answer: Answer, status: RequestOutcome['status'], error: RegExp | null]> = {
    'HTTP 429': [refuse(429, 'slow down'), 'rejected', /HTTP 429: slow down/],
    'HTTP 503': [refuse(503, ''), 'rejected', /HTTP 503/],
    'HTTP 500': [refuse(500, 'kaputt'.repeat(1000)), 'failed', /^HTTP 500: kaputt.{0,300}$/],
    'JSON instead of a stream': [
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"x":1}'),
      'failed',
      /application\/json instead of an event stream: \{"x":1\}/,
    ],
    'a stream that is compressed': [
      (response) => void response.writeHead(200, { ...EVENT_STREAM, 'content-encoding': 'gzip' }).end(gzipSync(textEvent('a'))),
      'failed',
      /^HTTP 200 with content-encoding gzip, which is not read: turn compression off$/,
    ],
    'words that a terminal would obey': [refuse(500, 'boom \u001b[2J\u202eabc\r\nfake'), 'failed', /^HTTP 500: boom {2}\[2J abc fake$/],
    'an end without [DONE] or finish reason': [stream(textEvent('a')), 'failed', /without \[DONE\]/],
    'an end without any token': [stream('data: [DONE]\n\n'), 'failed', /without a token/],
    'an event that is no JSON': [stream(textEvent('a'), 'data: {"choices"\n\n', 'data: [DONE]\n\n'), 'failed', /malformed event/],
    'a broken connection': [
      (response) => void response.writeHead(200, EVENT_STREAM).write(textEvent('a'), () => response.destroy()),
      'failed',
      /.+/,
    ],
    'a connection closed before the answer': [(response) => void response.destroy(), 'failed', /.+/],
    'a finish reason without [DONE]': [stream(textEvent('a'), textEvent('b', 'length')), 'completed', null],
    'a [DONE] without a blank line after it': [stream(textEvent('a'), 'data: [DONE]'), 'completed', null],
  };
  for (const [name, [answer, status, error]] of Object.entries(cases)) {
    it(`${status}: ${name}`, async () => {
      const outcome = await outcomeOf(answer);
      expect(outcome.status, String(outcome.error)).to.equal(status);
      if (error === null) expect(outcome.error).to.equal(null);
      else expect(outcome.error).to.match(error);
      expect(outcome.endMs).to.be.a('number');
    });
  }

  it('failed: an error event, with its message, although the server would go on', async () => {
    const outcome = await outcomeOf(async (response) => {
      response.writeHead(200, EVENT_STREAM).write(`${textEvent('a')}data: {"error":{"message":"KV transfer timed out"}}\n\n`);
      await forever();
    });
    expect(outcome).to.include({ status: 'failed', error: 'KV transfer timed out', outputTokens: 1 });
  });

  it('rejected: an answer whose body has no end is read for as long as it tells something', async () => {
    let isGone = false;
    const outcome = await outcomeOf(async (response) => {
      response.writeHead(429);
      response.on('close', () => (isGone = true));
      for (let i = 0; !isGone; i++) {
        response.write(`${i === 0 ? 'wait. ' : ''}${'x'.repeat(1000)}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(outcome).to.include({ status: 'rejected', outputTokens: 0 });
    expect(outcome.error).to.match(/^HTTP 429: wait\. x+$/);
  });

  it('failed: nobody listens, with the system error kept', async () => {
    const server = await startSseServer(() => {});
    await server.close();
    const outcome = await runOne(server.url);
    expect(outcome.status).to.equal('failed');
    expect(outcome.error).to.match(/ECONNREFUSED/);
  });

  it('counts chunks where the server reports no usage, and not those without text', async () => {
    const outcome = await outcomeOf(stream(textEvent(''), textEvent('a'), textEvent('b'), textEvent('', 'length'), 'data: [DONE]\n\n'));
    expect(outcome).to.include({ status: 'completed', outputTokens: 2, promptTokens: 10 });
    expect(outcome.gapsMs).to.have.length(1);
  });

  it('refuses a URL that is none before anything starts', () => {
    expect(() => createStreamLoad({ url: 'localhost:80', model: 'm', time: realTime, api: 'openai-completions' })).to.throw(
      'not an http URL',
    );
  });
});
