import { expect } from 'chai';
import { createDialect } from '../../../../src/adapters/engines/dialects.ts';
import type { EngineProtocol } from '../../../../src/domain/cluster.ts';
import { RawObject } from '../../../../src/domain/raw-json.ts';
import type { LaunchedInstance } from '../../../../src/domain/instance.ts';
import type { ApiPath, ClientRequest, Leg, LegPlan } from '../../../../src/ports/engine.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { eventually, payloadsOf, post, startEngine, type DialectName, type Node } from '../../../fixtures/engines/emulated-node.ts';

const send = ({ instance, path, body, headers }: Leg): Promise<Response> => post(instance.endpoints.url + path, body, undefined, headers);

const drained = async (leg: Leg): Promise<string> => {
  const response = await send(leg);
  const text = await response.text();
  expect(response.status, text).to.equal(200);
  return text;
};

/** What the client gets, sent as a relay would send it. */
const answered = async (plan: LegPlan): Promise<string> => {
  if (plan.order === 'single') return drained(plan.decode);
  if (plan.order === 'prefill-first') {
    const next = plan.next(await drained(plan.prefill));
    return 'answer' in next ? next.answer : drained(next);
  }
  const [first, second] = plan.first === 'prefill' ? [plan.prefill, plan.decode] : [plan.decode, plan.prefill];
  const texts = await Promise.all([drained(first), drained(second)]);
  return plan.first === 'prefill' ? texts[1] : texts[0];
};

const BODIES: Readonly<Partial<Record<ApiPath, object>>> = {
  '/v1/completions': { prompt: 'a b c', max_tokens: 4 },
  '/v1/chat/completions': { messages: [{ role: 'user', content: 'a b c' }], max_tokens: 4, max_completion_tokens: 4 },
  '/generate': { text: 'a b c', sampling_params: { max_new_tokens: 4 } },
};
const STREAMED = { stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } };

/** Both were written from the same facts, apart from each other. */
for (const [dialect, protocol] of [
  ['sglang', undefined],
  ['vllm', 'nixl-pull'],
  ['vllm', 'nixl-push'],
  ['vllm', 'mooncake'],
  ['trtllm', 'context-first'],
  ['trtllm', 'generation-first'],
  ['openai', undefined],
] as const satisfies readonly (readonly [DialectName, EngineProtocol | undefined])[]) {
  const settings = { kind: dialect, ...(protocol && { protocol }) };
  describe(`${dialect} ${protocol ?? ''}: our dialect and the emulated engine`, () => {
    const ours = createDialect(settings, createRandom(3));
    const nodes: Node[] = [];
    let prefill: LaunchedInstance;
    let decode: LaunchedInstance;
    let count = 0;
    before(async () => {
      const start = async (role: 'prefill' | 'decode' | 'aggregated'): Promise<LaunchedInstance> => {
        const node = await startEngine({ dialect, role, ...(protocol && { protocol }) });
        nodes.push(node);
        return withFacts(node.instance);
      };
      if (dialect === 'openai') prefill = decode = await start('aggregated');
      else [prefill, decode] = [await start('prefill'), await start('decode')];
    });
    after(() => Promise.all(nodes.map((node) => node.close())));

    const request = (path: ApiPath, more: object): ClientRequest => ({
      attemptId: `attempt-${++count}`,
      path,
      body: RawObject.parse(JSON.stringify({ ...BODIES[path], ...more })),
      headers: {},
    });
    const ask = (path: ApiPath, more: object): Promise<string> => answered(ours.plan(request(path, more), prefill, decode));

    for (const path of ours.paths) {
      it(`${path}: answers whole with all tokens`, async () => {
        expect((await ask(path, {})).split(' tok')).to.have.length(4 + 1);
      });

      it(`${path}: streams all tokens to the end`, async () => {
        const payloads = payloadsOf(await ask(path, path === '/generate' ? { stream: true } : STREAMED));
        expect(payloads.pop()).to.equal('[DONE]');
        if (path !== '/generate') expect(JSON.parse(payloads.at(-1)!)).to.have.nested.property('usage.completion_tokens', 4);
        expect(payloads.filter((payload) => payload.includes(' tok'))).to.have.length.at.least(4);
      });
    }

    it('answers with one token where one is asked for', async () => {
      expect((await ask('/v1/completions', { max_tokens: 1 })).split(' tok')).to.have.length(1 + 1);
    });

    it('serves many at once, and leaves nothing behind', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/v1/completions', {})));
      for (const answer of answers) expect(answer.split(' tok')).to.have.length(4 + 1);
      for (const { endpoints } of new Set([prefill, decode])) {
        await eventually('nothing is left', async () => {
          const load = (await (await fetch(`${endpoints.controlUrl}/load`)).json()) as Record<string, number>;
          return load['running'] === 0 && load['waiting'] === 0;
        });
      }
    });
  });
}

/** What a monitor asks a ready engine for, by hand: monitors have tests of their own. */
async function withFacts(instance: LaunchedInstance): Promise<LaunchedInstance> {
  const { url, bootstrapHost, bootstrapPort, facts } = instance.endpoints;
  const text = async (address: string): Promise<string | null> => {
    const response = await fetch(address).catch(() => null);
    return response?.ok ? response.text() : null;
  };
  const ranks = bootstrapPort === undefined ? null : await text(`http://${bootstrapHost}:${bootstrapPort}/query`);
  const info = await text(`${url}/server_info`);
  const engineIds =
    ranks &&
    JSON.stringify(
      Object.fromEntries(
        Object.entries(JSON.parse(ranks) as Record<string, { engine_id: string }>).map(([rank, { engine_id: id }]) => [rank, id]),
      ),
    );
  const disaggregatedParams = info && RawObject.parse(info).raw('disaggregated_params');
  return {
    ...instance,
    endpoints: {
      ...instance.endpoints,
      facts: { ...facts, ...(engineIds && { engineIds }), ...(disaggregatedParams && { disaggregatedParams }) },
    },
  };
}
