import { expect } from 'chai';
import { createDialect } from '../../../../src/adapters/engines/dialects.ts';
import { createMonitor } from '../../../../src/adapters/engines/monitors.ts';
import type { EngineProtocol, EngineSettings } from '../../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { LaunchedInstance } from '../../../../src/domain/instance.ts';
import { RawObject } from '../../../../src/domain/raw-json.ts';
import type { ApiPath, EngineDialect, EngineMonitor, Leg } from '../../../../src/ports/engine.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { startEngine, type Node } from '../../../fixtures/engines/emulated-node.ts';

const never = new AbortController().signal;

/** A leg's whole answer. */
const send = async ({ instance, path, headers, body }: Leg): Promise<{ status: number; text: string }> => {
  const response = await fetch(instance.endpoints.url + path, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
};

/** What a client gets, over however many legs. */
async function ask(
  dialect: EngineDialect,
  pair: readonly [LaunchedInstance, LaunchedInstance],
  body: object,
  path: ApiPath,
  attemptId: string,
) {
  const request = { attemptId, path, body: RawObject.parse(JSON.stringify(body)), headers: {} };
  const plan = dialect.plan(request, ...pair);
  if (plan.order === 'single') return { prefill: null, ...(await send(plan.decode)) };
  if (plan.order === 'together') {
    const [prefill, decode] = await Promise.all([send(plan.prefill), send(plan.decode)]);
    return { prefill, ...decode };
  }
  const prefill = await send(plan.prefill);
  expect(prefill.status, prefill.text).to.equal(200);
  const next = plan.next(prefill.text);
  if ('answer' in next) return { prefill, status: 200, text: next.answer };
  return { prefill, ...(await send(next)) };
}

const usageIn = (text: string): { prompt_tokens: number; completion_tokens: number } => (JSON.parse(text) as { usage: never }).usage;

const SPEECHES: [NonNullable<EngineSettings['dialect']>, EngineProtocol | undefined][] = [
  ['sglang', undefined],
  ['vllm', 'nixl-pull'],
  ['vllm', 'nixl-push'],
  ['vllm', 'mooncake'],
  ['trtllm', 'context-first'],
  ['trtllm', 'generation-first'],
  ['openai', undefined],
];

/** Found by our monitor, and many requests at a time; what each of them may ask is in conformance.test.ts. */
for (const [name, protocol] of SPEECHES) {
  describe(`engine pairs: ${[name, protocol].filter((word) => word !== undefined).join(', ')}`, () => {
    const settings: EngineSettings = { kind: 'emulated', dialect: name, ...(protocol && { protocol }) };
    const nodes: Node[] = [];
    let pair: [LaunchedInstance, LaunchedInstance];
    let monitor: EngineMonitor & { close(): Promise<void> };
    let attempts = 0;
    const dialect = createDialect(settings, createRandom(5));
    const get = (body: object) => ask(dialect, pair, body, '/v1/completions', `0a1b2c-${(attempts += 1)}`);

    before(async () => {
      const cluster = { engine: settings, model: 'llama-3.1-8b', launcher: { kind: 'local' } as const, instances: [] };
      monitor = createMonitor(cluster, { answerTimeoutMs: 5000, pollMs: 10 });
      const speech = { dialect: name, ...(protocol && { protocol }) };
      const roles = name === 'openai' ? (['aggregated'] as const) : (['prefill', 'decode'] as const);
      for (const role of roles) nodes.push(await startEngine({ role, ...speech }));
      const halves = name === 'openai' ? [nodes[0]!, nodes[0]!] : nodes;
      const asked = halves.map(({ instance }, i): LaunchedInstance => {
        if (name !== 'openai') return instance;
        const role = i === 0 ? 'prefill' : 'decode';
        return { ...instance, id: `a0-${role}`, role, domain: 'a0' };
      });
      const [prefill, decode] = await Promise.all(asked.map((instance) => monitor.ready(instance, { timeoutMs: 10_000, signal: never })));
      pair = [prefill!, decode!];
    });
    after(async () => {
      await monitor.close();
      for (const node of nodes) await node.close();
    });

    it('takes whatever a client says of the protocol for nothing', async () => {
      const evil = {
        bootstrap_room: 1,
        bootstrap_host: 'h',
        kv_transfer_params: { do_remote_prefill: true },
        disaggregated_params: { request_type: 'x' },
      };
      const { status, text } = await get({ prompt: 'a b', max_tokens: 3, ...evil });
      expect(status, text).to.equal(200);
    });

    it('twenty at once all meet their own', async () => {
      const all = await Promise.all(Array.from({ length: 20 }, (_, i) => get({ prompt: 'a '.repeat(i + 1), max_tokens: 2 + (i % 5) })));
      for (const [i, { status, text }] of all.entries()) {
        expect(status, text).to.equal(200);
        expect(usageIn(text).completion_tokens).to.equal(2 + (i % 5));
      }
    });

    it('one token is an answer too', async () => {
      const { status, text } = await get({ prompt: 'a b', max_tokens: 1 });
      expect(status, text).to.equal(200);
      expect(usageIn(text).completion_tokens).to.equal(1);
    });

    it("a batch is served whole or refused as the client's mistake", async () => {
      const refused = name === 'vllm' || name === 'trtllm';
      const batch = get({ prompt: ['a b', 'c'], max_tokens: 3 });
      if (refused)
        return expect(await batch.catch((error: unknown) => error))
          .to.be.instanceOf(VoltanaError)
          .with.property('code', 'BAD_VALUE');
      const { status, text } = await batch;
      if (status !== 200) return expect(status, text).to.equal(400);
      expect((JSON.parse(text) as { choices: unknown[] }).choices).to.have.length(2);
    });

    it('tells its load, and is idle when all is answered', async () => {
      for (const instance of pair) {
        expect(await monitor.healthy(instance)).to.equal(true);
        const gauges = await monitor.gauges(instance);
        expect([gauges.running ?? 0, gauges.waiting ?? 0]).to.deep.equal([0, 0]);
        if (name !== 'openai') expect(gauges.running).not.to.equal(null);
        expect(gauges.kvUsage ?? 0).to.be.within(0, 1);
      }
      const { generatedTokensTotal } = await monitor.gauges(pair[1]);
      if (generatedTokensTotal !== null) expect(generatedTokensTotal).to.be.at.least(30);
    });
  });
}
