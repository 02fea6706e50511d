import { expect } from 'chai';
import { createSglangDialect } from '../../../../../src/adapters/engines/sglang/dialect.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import type { ApiPath } from '../../../../../src/ports/engine.ts';
import { ask, decode, half, prefill, together } from '../fixtures.ts';

const planOf = (body: object | string, path?: ApiPath, from = prefill) =>
  together(createSglangDialect(half).plan(ask(body, path), from, decode));
const sentFor = (body: object, path?: ApiPath) => JSON.parse(planOf(body, path).decode.body) as Record<string, unknown>;
const roomIn = (body: string): string => /"bootstrap_room":(\d+)/.exec(body)?.[1] ?? 'none';

describe('sglang dialect', () => {
  it('sends one body to both, the prefill a moment earlier, with its bootstrap address and a room', () => {
    const plan = planOf('{"prompt":"a b", "max_tokens":4,"seed":9007199254740993}');
    const room = roomIn(plan.decode.body);
    expect(Number(room)).to.be.within(1, Number.MAX_SAFE_INTEGER);
    expect(plan.first).to.equal('prefill');
    expect(plan.prefill.body).to.equal(plan.decode.body);
    expect(plan.decode.body).to.equal(
      `{"prompt":"a b","max_tokens":4,"seed":9007199254740993,"bootstrap_host":"10.0.0.1","bootstrap_port":8998,"bootstrap_room":${room}}`,
    );
  });

  it('falls back to the host of the URL and a null port', () => {
    const { body } = planOf({}, '/v1/completions', { ...prefill, endpoints: { url: 'http://[::1]:30000' } }).prefill;
    expect(body).to.equal(`{"bootstrap_host":"[::1]","bootstrap_port":null,"bootstrap_room":${roomIn(body)}}`);
  });

  it('moves its rooms by the attempt, so that gateways of one seed do not meet', () => {
    const roomOf = (attemptId: string) =>
      roomIn(together(createSglangDialect(half).plan({ ...ask({}), attemptId }, prefill, decode)).decode.body);
    expect(roomOf('gateway-1/1')).to.equal(roomOf('gateway-1/1'));
    expect(roomOf('gateway-1/1')).not.to.equal(roomOf('gateway-2/1'));
  });

  const single: [string, object, ApiPath][] = [
    ['a text', { prompt: 'a' }, '/v1/completions'],
    ['token ids', { prompt: [1, 2, 3] }, '/v1/completions'],
    ['an empty list', { prompt: [] }, '/v1/completions'],
    ['a chat', { messages: [{ role: 'user', content: 'a' }], n: 1 }, '/v1/chat/completions'],
    ['text of /generate', { text: 'a' }, '/generate'],
    ['token ids of /generate', { input_ids: [1, 2] }, '/generate'],
    ['a prompt that means nothing there', { text: 'a', prompt: ['a', 'b'] }, '/generate'],
  ];
  for (const [name, body, path] of single)
    it(`takes ${name} for one request`, () => expect(sentFor(body, path)['bootstrap_room']).to.be.a('number'));

  const batches: [string, object, ApiPath, number][] = [
    ['texts', { prompt: ['a', 'b', 'c'] }, '/v1/completions', 3],
    ['a list of one', { prompt: ['a'] }, '/v1/completions', 1],
    ['lists of token ids', { prompt: [[1, 2], [3]] }, '/v1/completions', 2],
    ['several choices of each', { prompt: ['a', 'b'], n: 2 }, '/v1/completions', 4],
    ['several choices of a chat', { messages: [], n: 3 }, '/v1/chat/completions', 3],
    ['texts of /generate', { text: ['a', 'b'] }, '/generate', 2],
    ['nested token ids of /generate', { input_ids: [[1], [2], [3]] }, '/generate', 3],
    ['several choices of /generate', { text: 'a', sampling_params: { n: 2 } }, '/generate', 2],
  ];
  for (const [name, body, path, size] of batches) {
    it(`gives each answer of a batch a room of its own: ${name}`, () => {
      const sent = sentFor(body, path);
      expect(sent['bootstrap_host']).to.deep.equal(Array(size).fill('10.0.0.1'));
      expect(sent['bootstrap_port']).to.deep.equal(Array(size).fill(8998));
      expect(new Set(sent['bootstrap_room'] as number[]).size).to.equal(size);
    });
  }

  it('refuses a batch that would fill the memory with rooms', () => {
    expect(() => planOf({ prompt: ['a', 'b'], n: 1e9 }))
      .to.throw(VoltanaError, /2000000000 answers/)
      .with.property('code', 'BAD_VALUE');
  });
});
