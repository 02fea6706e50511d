import { expect } from 'chai';
import { createTrtllmDialect } from '../../../../../src/adapters/engines/trtllm/dialect.ts';
import { createRequestIds } from '../../../../../src/adapters/engines/trtllm/request-ids.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import { createRandom } from '../../../../../src/statistics/random.ts';
import type { ApiPath } from '../../../../../src/ports/engine.ts';
import { answerAfter, ask, decode, half, legAfter, prefill, prefillFirst, together, withFacts } from '../fixtures.ts';

const idIn = (body: string): string => /"disagg_request_id":(\d+)/.exec(body)?.[1] ?? 'none';
const full = '{"prompt":"a b","max_tokens":9,"stream":true,"stream_options":{"include_usage":true}}';

describe('trtllm dialect: context first', () => {
  const plan = (body: object | string, path?: ApiPath) => createTrtllmDialect('context-first', half).plan(ask(body, path), prefill, decode);
  const reply = (reason: string, params: string) =>
    `{"id":"c","choices":[{"index":0,"text":"x","finish_reason":"${reason}","disaggregated_params":${params}}],"prompt_token_ids":[5, 6],"usage":{"prompt_tokens":2,"completion_tokens":1}}`;
  const PARAMS =
    '{"request_type":"context_only","first_gen_tokens":[7],"ctx_request_id":9223372036854775807,"disagg_request_id":9223372036854775806,"encoded_opaque_state":"AA=="}';

  it("the context leg keeps the client's limits and streams nothing", () => {
    const { body } = prefillFirst(plan(full)).prefill;
    const params = `{"request_type":"context_only","disagg_request_id":${idIn(body)},"schedule_style":0}`;
    expect(body).to.equal(`{"prompt":"a b","max_tokens":9,"stream":false,"disaggregated_params":${params}}`);
  });

  it('the generation leg has the tokens of the prompt and all that was said, 64-bit ids as they are written', () => {
    for (const reason of ['length', 'not_finished']) {
      expect(legAfter(plan(full), reply(reason, PARAMS)).body).to.equal(
        '{"max_tokens":9,"stream":true,"stream_options":{"include_usage":true},"prompt":[5, 6],"disaggregated_params":' +
          '{"first_gen_tokens":[7],"ctx_request_id":9223372036854775807,"disagg_request_id":9223372036854775806,"encoded_opaque_state":"AA==",' +
          '"request_type":"generation_only","ctx_usage":{"prompt_tokens":2,"completion_tokens":1}}}',
      );
    }
  });

  it('a chat keeps its messages beside the tokens', () => {
    const leg = legAfter(plan('{"messages":[{"role":"user"}]}', '/v1/chat/completions'), reply('length', PARAMS));
    expect(leg.body).to.match(/^\{"messages":\[\{"role":"user"\}\],"prompt_token_ids":\[5, 6\],"disaggregated_params":\{/);
  });

  it('brings its own id where the context engine does not repeat it', () => {
    const asked = plan(full);
    const id = idIn(prefillFirst(asked).prefill.body);
    expect(legAfter(asked, reply('length', '{"ctx_request_id":1}')).body).to.include(`"disagg_request_id":${id}`);
  });

  it("an answer that is finished already is the client's, without what it need not see", () => {
    for (const reason of ['stop', 'tool_calls']) {
      expect(answerAfter(plan(full), reply(reason, PARAMS))).to.equal(
        `{"id":"c","usage":{"prompt_tokens":2,"completion_tokens":1},"choices":[{"index":0,"text":"x","finish_reason":"${reason}"}]}`,
      );
    }
  });

  it('says what is missing in an answer that should go on', () => {
    for (const params of ['null', '{}', '3', '{"ctx_request_id":null}'])
      expect(() => prefillFirst(plan(full)).next(reply('length', params)))
        .to.throw(VoltanaError, /p0/)
        .with.property('code', 'ENGINE_FAILED');
  });

  it('refuses batches', () => {
    expect(() => plan({ prompt: ['a', 'b'] }))
      .to.throw(VoltanaError)
      .with.property('code', 'BAD_VALUE');
    expect(() => plan({ messages: [], n: 2 }, '/v1/chat/completions'))
      .to.throw(VoltanaError)
      .with.property('code', 'BAD_VALUE');
  });
});

describe('trtllm dialect: generation first', () => {
  const told = (params: string) =>
    together(createTrtllmDialect('generation-first', half).plan(ask(full), withFacts({ disaggregatedParams: params }), decode));

  it('the generation engine waits for what the context engine told of itself', () => {
    const { first, prefill: context, decode: generation } = told('{"ctx_dp_rank":0,"ctx_info_endpoint":"tcp://h:1","request_type":"x"}');
    const id = idIn(context.body);
    expect(first).to.equal('decode');
    expect(context.body).to.equal(
      `{"prompt":"a b","max_tokens":9,"stream":false,"disaggregated_params":{"request_type":"context_only","disagg_request_id":${id},"schedule_style":1}}`,
    );
    expect(generation.body).to.equal(
      `${full.slice(0, -1)},"disaggregated_params":{"ctx_dp_rank":0,"ctx_info_endpoint":"tcp://h:1","request_type":"generation_only","ctx_request_id":${id},"disagg_request_id":${id},"schedule_style":1}}`,
    );
  });

  it('takes the first of several endpoints', () => {
    expect(told('{"ctx_info_endpoint":["tcp://h:1","tcp://h:2"]}').decode.body).to.include('"ctx_info_endpoint":"tcp://h:1"');
  });
});

describe('trtllm request ids', () => {
  it('are distinct int64 above 2^40', () => {
    const nextId = createRequestIds(createRandom(3));
    const ids = Array.from({ length: 5000 }, (_, i) => BigInt(nextId(`a-${i}`)));
    expect(new Set(ids).size).to.equal(5000);
    for (const id of ids) expect(id >= 2n ** 40n && id < 2n ** 63n).to.equal(true);
  });
});
