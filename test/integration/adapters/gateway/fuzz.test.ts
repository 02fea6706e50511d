import { expect } from 'chai';
import { connect } from 'node:net';
import { Agent, request } from 'undici';
import { SHAPES } from '../../../../src/adapters/gateway/api/index.ts';
import { apiErrorOf } from '../../../../src/adapters/gateway/api-error.ts';
import { understood } from '../../../../src/adapters/gateway/intake.ts';
import { prefixOf } from '../../../../src/adapters/gateway/prefix.ts';
import type { ApiPath } from '../../../../src/ports/engine.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { DONE, sse, token } from '../../../fixtures/engines/scripted-engine.ts';
import { eventually } from '../../../fixtures/engines/asking.ts';
import { mutated } from '../../../fixtures/fuzz/mutate.ts';
import { prefilled, setUp, type Script } from '../../../fixtures/gateway/harness.ts';

const complete: Script = (response) => sse(response, token(' a') + DONE);

const SEEDS: readonly [ApiPath, object][] = [
  ['/v1/completions', { model: 'm', prompt: 'a b c', max_tokens: 4, n: 1, stream: true, stream_options: { include_usage: true } }],
  ['/v1/completions', { prompt: [[1, 2], [3]], stream: false, logprobs: 2, seed: 9007199254740993 }],
  ['/v1/chat/completions', { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }], tools: [{ type: 'function' }], n: 2 }],
  ['/generate', { text: ['a', 'b'], sampling_params: { max_new_tokens: 4 }, return_logprob: true, stream: true }],
];
const REQUESTS = 10_000;
/** Of them over sockets, through a whole gateway: those cost a hundred times as much. */
const SENT = 1000;
const AT_ONCE = 64;

describe('gateway: fuzz', () => {
  it(`${REQUESTS} damaged requests are understood, or refused in OpenAI’s shape`, () => {
    const random = createRandom(6).fork('bodies');
    const counts = { understood: 0, refused: 0 };
    for (let i = 0; i < REQUESTS; i += 1) {
      const [path, body] = SEEDS[i % SEEDS.length]!;
      const bytes = mutated(Buffer.from(JSON.stringify(body)), random);
      try {
        const { body: upstream, wishes } = understood(bytes, SHAPES[path], ['m']);
        expect(upstream.value['stream']).to.equal(true);
        expect(wishes.prompt.bytes).to.be.at.least(0);
        expect(prefixOf(wishes.prompt.pieces())).to.be.an('array');
        counts.understood += 1;
      } catch (error) {
        const refusal = apiErrorOf(error);
        expect(refusal.status, (error as Error).stack).to.be.oneOf([400, 404]);
        expect(JSON.parse(refusal.text()).error).to.have.all.keys('message', 'type', 'param', 'code');
        counts.refused += 1;
      }
    }
    expect(counts.understood).to.be.above(500);
    expect(counts.refused).to.be.above(1000);
  });

  it(`${SENT} of them sent: an answer or an error in OpenAI’s shape each, and nothing left behind`, async () => {
    const setup = await setUp('together', [[prefilled, complete]]);
    const random = createRandom(7).fork('gateway');
    const agent = new Agent({ connections: AT_ONCE });
    const statuses = new Map<number, number>();
    const seeds = SEEDS.map(([path, body]) => [path, Buffer.from(JSON.stringify(body))] as const);
    const one = async (i: number): Promise<void> => {
      const [path, seed] = seeds[i % seeds.length]!;
      const body = i < seeds.length ? seed : mutated(seed, random);
      const { statusCode, body: answer } = await request(setup.gateway.url + path, { method: 'POST', body, dispatcher: agent });
      const text = await answer.text();
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      if (statusCode === 200) return;
      const { error } = JSON.parse(text) as { error: object };
      expect(Object.keys(error), text).to.have.members(['message', 'type', 'param', 'code']);
      expect(statusCode, `${text} for ${body.toString()}`).to.be.oneOf([400, 404, 413]);
    };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < SENT) await one(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(statuses.get(200)).to.be.above(50);
    expect(statuses.get(400)).to.be.above(100);
    expect(setup.gateway.inFlight).to.equal(0);
    expect(setup.dispatcher.seen.every(({ ended }) => ended.length === 1)).to.equal(true);
    await agent.close();
    await setup.close();
  }).timeout(60_000);

  it('damaged HTTP ends its own connection and no other', async () => {
    const setup = await setUp('together', [[prefilled, complete]]);
    const { port } = new URL(setup.gateway.url);
    const random = createRandom(8).fork('http');
    const body = '{"prompt":"a"}';
    const seed = Buffer.from(
      `POST /v1/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    const send = (bytes: Buffer): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes));
        socket.on('error', () => undefined);
        socket.resume().on('close', () => resolve());
      });
    for (let i = 0; i < 500; i += 25) await Promise.all(Array.from({ length: 25 }, () => send(mutated(seed, random))));
    await eventually('nothing is under way', () => setup.gateway.inFlight === 0);
    expect((await fetch(`${setup.gateway.url}/health`)).status).to.equal(200);
    await setup.close();
  });
});
