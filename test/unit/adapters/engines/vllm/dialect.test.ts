import { expect } from 'chai';
import { createVllmDialect } from '../../../../../src/adapters/engines/vllm/dialect.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import type { ApiPath } from '../../../../../src/ports/engine.ts';
import { ask, decode, half, legAfter, prefill, prefillFirst, together, withFacts } from '../fixtures.ts';

const NULLS = '"remote_engine_id":null,"remote_block_ids":null,"remote_host":null,"remote_port":null';
const REPLY_PARAMS =
  '{"do_remote_prefill":true,"do_remote_decode":false,"remote_block_ids":[[1,2]],"remote_engine_id":"e","remote_request_id":"cmpl-a-1-0","remote_port": 5600,"x":12345678901234567890}';

describe('vllm dialect: nixl-pull', () => {
  const pull = (body: object | string, path?: ApiPath) => createVllmDialect('nixl-pull', half).plan(ask(body, path), prefill, decode);
  const full =
    '{"model":"m","prompt":"a","max_tokens":9,"min_tokens":4,"stream":true,"stream_options":{"include_usage":true},"seed":9007199254740993}';

  it('prefill makes one token that nobody reads, and keeps the KV', () => {
    const { prefill: leg } = prefillFirst(pull(full));
    expect(leg.headers).to.deep.equal({ 'content-type': 'application/json', 'x-request-id': 'a-1' });
    expect(leg.body).to.equal(
      `{"model":"m","prompt":"a","seed":9007199254740993,"stream":false,"max_tokens":1,"kv_transfer_params":{"do_remote_decode":true,"do_remote_prefill":false,${NULLS}}}`,
    );
  });

  it('limits the tokens of a chat by both names', () => {
    const { body } = prefillFirst(
      pull('{"messages":[],"max_completion_tokens":9,"min_completion_tokens":2}', '/v1/chat/completions'),
    ).prefill;
    expect(body).to.equal(
      `{"messages":[],"stream":false,"max_tokens":1,"max_completion_tokens":1,"kv_transfer_params":{"do_remote_decode":true,"do_remote_prefill":false,${NULLS}}}`,
    );
  });

  it("decode gets the client's body and what prefill said, as it was written", () => {
    const leg = legAfter(pull(full), `{"choices":[{"text":"x"}], "kv_transfer_params" : ${REPLY_PARAMS} }`);
    expect(leg.instance).to.equal(decode);
    expect(leg.headers['x-request-id']).to.equal('a-1');
    expect(leg.body).to.equal(`${full.slice(0, -1)},"kv_transfer_params":${REPLY_PARAMS}}`);
  });

  for (const [name, params] of [
    ['missing', ''],
    ['null', ',"kv_transfer_params":null'],
    ['empty', ',"kv_transfer_params":{}'],
  ] as const) {
    it(`lets decode prefill by itself where the place of the KV is ${name}`, () => {
      expect(legAfter(pull(full), `{"choices":[{"text":"x"}]${params}}`).body).to.equal(full);
    });
  }
});

describe('vllm dialect: nixl-push', () => {
  const facts = { engineId: '"p0"', kvHost: '"10.0.0.1"', kvPort: '5601', tpSize: '2', ppSize: '1' };

  it('tells both the transfer beforehand', () => {
    const plan = together(createVllmDialect('nixl-push', half).plan(ask('{"prompt":"a","stream":true}'), withFacts(facts), decode));
    expect(plan.first).to.equal('prefill');
    expect(plan.prefill.body).to.equal(
      `{"prompt":"a","stream":false,"max_tokens":1,"kv_transfer_params":{"do_remote_decode":true,"do_remote_prefill":false,${NULLS},"transfer_id":"a-1"}}`,
    );
    expect(plan.decode.body).to.equal(
      '{"prompt":"a","stream":true,"kv_transfer_params":{"do_remote_prefill":true,"do_remote_decode":false,"remote_engine_id":"p0",' +
        '"remote_host":"10.0.0.1","remote_port":5601,"tp_size":2,"pp_size":1,"remote_request_id":"a-1","transfer_id":"a-1"}}',
    );
    expect([plan.prefill, plan.decode].map(({ headers }) => headers['x-request-id'])).to.deep.equal(['a-1', 'a-1']);
  });

  it('says what an engine has not told', () => {
    const act = () => createVllmDialect('nixl-push', half).plan(ask({ prompt: 'a' }), prefill, decode);
    expect(act)
      .to.throw(VoltanaError, /p0 .* engineId/)
      .with.property('code', 'ENGINE_FAILED');
  });
});

describe('vllm dialect: mooncake', () => {
  it('meets at the bootstrap server of one data-parallel rank', () => {
    const told = withFacts({ engineIds: '{"0":"e0","1":"e1"}' });
    const plan = together(createVllmDialect('mooncake', half).plan(ask('{"prompt":"a","stream":true}'), told, decode));
    expect(plan.prefill.headers).to.include({ 'x-data-parallel-rank': '1', 'x-request-id': 'a-1' });
    expect(plan.prefill.body).to.equal(
      '{"prompt":"a","stream":false,"max_tokens":1,"kv_transfer_params":{"do_remote_decode":true,"do_remote_prefill":false,"transfer_id":"xfer-a-1"}}',
    );
    expect(plan.decode.headers).not.to.have.property('x-data-parallel-rank');
    expect(plan.decode.body).to.equal(
      '{"prompt":"a","stream":true,"kv_transfer_params":{"do_remote_decode":false,"do_remote_prefill":true,' +
        '"remote_bootstrap_addr":"http://10.0.0.1:8998","remote_engine_id":"e1","transfer_id":"xfer-a-1"}}',
    );
  });
});

describe('vllm and trtllm dialects: batches', () => {
  const refused: [string, object, ApiPath][] = [
    ['several prompts', { prompt: ['a', 'b'] }, '/v1/completions'],
    ['several lists of token ids', { prompt: [[1], [2]] }, '/v1/completions'],
    ['several choices', { prompt: 'a', n: 2 }, '/v1/completions'],
    ['several choices of a chat', { messages: [], n: 2 }, '/v1/chat/completions'],
    ['the best of several', { prompt: 'a', best_of: 4 }, '/v1/completions'],
    ['beam search', { prompt: 'a', use_beam_search: true }, '/v1/completions'],
  ];
  const act = (body: object, path: ApiPath) => () => createVllmDialect('nixl-pull', half).plan(ask(body, path), prefill, decode);
  for (const [name, body, path] of refused)
    it(`refuses ${name}`, () => expect(act(body, path)).to.throw(VoltanaError).with.property('code', 'BAD_VALUE'));
  for (const prompt of ['a', [1, 2], ['a'], [[1, 2]]])
    it(`takes ${JSON.stringify(prompt)}`, () => expect(act({ prompt, n: 1 }, '/v1/completions')).not.to.throw());
});
