import { expect } from 'chai';
import { createSglangDialect } from '../../../../../src/adapters/engines/sglang/dialect.ts';
import type { LaunchedInstance } from '../../../../../src/domain/instance.ts';

const prefill: LaunchedInstance = {
  id: 'p0',
  role: 'prefill',
  gpuCount: 1,
  endpoints: { url: 'http://10.0.0.1:30000', bootstrapHost: '10.0.0.1', bootstrapPort: 8998 },
};
const decode: LaunchedInstance = { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url: 'http://10.0.0.2:30001' } };
const half = { next: () => 0.5 };

describe('sglang dialect: legs', () => {
  it('sends one body to both, with the prefill bootstrap address and a room', () => {
    const body = { prompt: 'a b', max_tokens: 4, stream: true };
    const legs = createSglangDialect(half).legs(body, '/v1/completions', prefill, decode);
    expect(legs.prefill.body).to.equal(legs.decode.body);
    const sent = JSON.parse(legs.decode.body);
    expect(sent).to.include({ ...body, bootstrap_host: '10.0.0.1', bootstrap_port: 8998 });
    expect(sent.bootstrap_room).to.be.a('number').within(1, Number.MAX_SAFE_INTEGER);
    expect(legs.prefill).to.include({ instance: prefill, path: '/v1/completions' });
    expect(legs.decode).to.include({ instance: decode, path: '/v1/completions' });
    expect(body).to.have.all.keys('prompt', 'max_tokens', 'stream');
  });

  it('falls back to the host of the URL and a null port', () => {
    const bare = { ...prefill, endpoints: { url: 'http://[::1]:30000' } };
    const sent = JSON.parse(createSglangDialect(half).legs({}, '/v1/completions', bare, decode).prefill.body);
    expect(sent).to.include({ bootstrap_host: '[::1]', bootstrap_port: null });
  });

  it('overrides bootstrap fields that a client sends', () => {
    const sent = JSON.parse(
      createSglangDialect(half).legs({ bootstrap_room: 0, bootstrap_host: 'evil' }, '/v1/completions', prefill, decode).prefill.body,
    );
    expect(sent.bootstrap_host).to.equal('10.0.0.1');
    expect(sent.bootstrap_room).to.not.equal(0);
  });
});

describe('sglang dialect: tokensInChunk', () => {
  const tokens = createSglangDialect(half).tokensInChunk;
  const cases: [string, string, number | null][] = [
    ['completion text', '{"choices":[{"index":0,"text":" hi"}]}', 1],
    ['chat delta', '{"choices":[{"delta":{"content":"hi"}}]}', 1],
    ['reasoning delta', '{"choices":[{"delta":{"reasoning_content":"hm"}}]}', 1],
    ['role only', '{"choices":[{"delta":{"role":"assistant","content":""}}]}', 0],
    ['final chunk', '{"choices":[{"index":0,"text":"","finish_reason":"length"}]}', 0],
    ['usage chunk', '{"choices":[],"usage":{"prompt_tokens":3}}', 0],
    ['null choice', '{"choices":[null]}', 0],
    ['not JSON', '{"choices":[', 0],
    ['null', 'null', 0],
    ['end of stream', '[DONE]', null],
    ['end of stream, as clients read it too', ' [DONE] ', null],
  ];
  for (const [name, payload, expected] of cases) it(`${name} -> ${expected}`, () => expect(tokens(payload)).to.equal(expected));
});
