import { expect } from 'chai';
import { eventually, metricOf, post, startEngine, type Node } from '../../../../../fixtures/engines/emulated-node.ts';

const completions = (node: Node): string => `${node.instance.endpoints.url}/v1/completions`;
const kvUsage = (node: Node): Promise<number> => metricOf(node.instance, 'vllm:kv_cache_usage_perc');
const prompt = 'a b c';
const nothingLeft = (nodes: readonly Node[]): Promise<void> =>
  eventually('nothing is left', async () => (await Promise.all(nodes.map(kvUsage))).every((usage) => usage === 0));

for (const protocol of ['nixl-push', 'mooncake'] as const) {
  describe(`emulated vLLM: ${protocol}`, () => {
    let prefill: Node;
    let decode: Node;
    beforeEach(async () => {
      const dialect = { dialect: 'vllm', protocol, rendezvousTimeoutMs: 1000 } as const;
      [prefill, decode] = await Promise.all([startEngine({ ...dialect, role: 'prefill' }), startEngine({ ...dialect, role: 'decode' })]);
    });
    afterEach(() => Promise.all([prefill.close(), decode.close()]));

    /** KV that nobody fetches is soon freed. */
    const shortLease = async (): Promise<void> => {
      await prefill.close();
      prefill = await startEngine({ dialect: 'vllm', protocol, role: 'prefill', kvLeaseMs: 100 });
    };
    const taking = async (transferId: string | undefined): Promise<Record<string, unknown>> => {
      const { bootstrapHost, bootstrapPort, facts } = prefill.instance.endpoints;
      const common = { do_remote_prefill: true, do_remote_decode: false, transfer_id: transferId };
      if (protocol === 'nixl-push') {
        const fact = (name: string): unknown => JSON.parse(facts![name]!);
        const place = { remote_engine_id: fact('engineId'), remote_host: fact('kvHost'), remote_port: fact('kvPort') };
        return { ...common, ...place, tp_size: fact('tpSize'), pp_size: fact('ppSize'), remote_request_id: 'r7' };
      }
      const address = `http://${bootstrapHost}:${bootstrapPort}`;
      const ranks = (await (await fetch(`${address}/query`)).json()) as Record<string, { engine_id: string }>;
      return { ...common, remote_bootstrap_addr: address, remote_engine_id: ranks['0']!.engine_id };
    };
    const prefillLeg = (transferId: string | undefined, signal?: AbortSignal): Promise<Response> =>
      post(
        completions(prefill),
        { prompt, max_tokens: 1, kv_transfer_params: { do_remote_decode: true, do_remote_prefill: false, transfer_id: transferId } },
        signal,
        { 'x-request-id': 'r7' },
      );
    const decodeLeg = async (transferId: string | undefined, change: object = {}): Promise<Response> =>
      post(completions(decode), { prompt, max_tokens: 3, kv_transfer_params: { ...(await taking(transferId)), ...change } });

    for (const first of ['prefill', 'decode'] as const) {
      it(`joins both legs, ${first} first`, async () => {
        const legs = first === 'prefill' ? [prefillLeg('t1'), decodeLeg('t1')] : [decodeLeg('t1'), prefillLeg('t1')];
        const answers = await Promise.all(legs);
        expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
        await Promise.all(answers.map((answer) => answer.text()));
        await nothingLeft([prefill, decode]);
      });
    }

    it('fails both when they name different transfers: decode waits, KV expires', async () => {
      await shortLease();
      const [first, second] = await Promise.all([prefillLeg('t1'), decodeLeg('t2')]);
      expect([first.status, second.status]).to.deep.equal([200, 500]);
      await nothingLeft([prefill, decode]);
      expect(await metricOf(prefill.instance, 'vllm:nixl_num_kv_expired_reqs_total')).to.equal(1);
    });

    it('fails a decode leg that asks another engine', async () => {
      await shortLease();
      const [, second] = await Promise.all([prefillLeg('t1'), decodeLeg('t1', { remote_engine_id: 'another' })]);
      expect(second.status).to.equal(500);
      await nothingLeft([prefill, decode]);
    });

    it('refuses a transfer twice, and one that is no text', async () => {
      expect((await prefillLeg('t1')).status).to.equal(200);
      expect((await prefillLeg('t1')).status).to.equal(400);
      expect((await prefillLeg('')).status).to.equal(400);
    });

    it('tells decode that the prefill client left', async () => {
      const leaving = new AbortController();
      const long = 'a '.repeat(8000);
      const body = { prompt: long, max_tokens: 1, kv_transfer_params: { do_remote_decode: true, transfer_id: 't1' } };
      const first = post(completions(prefill), body, leaving.signal).catch(() => null);
      const second = decodeLeg('t1');
      await eventually('it runs', async () => (await metricOf(prefill.instance, 'vllm:num_requests_running')) === 1);
      leaving.abort();
      await first;
      expect((await second).status).to.equal(500);
      await nothingLeft([prefill, decode]);
    });

    it(protocol === 'mooncake' ? 'needs a transfer id' : 'pairs by request id without a transfer id', async () => {
      const [first, second] = await Promise.all([prefillLeg(undefined), decodeLeg(undefined)]);
      const wanted = protocol === 'mooncake' ? [400, 500] : [200, 200];
      expect([first.status, second.status]).to.deep.equal(wanted);
    });
  });
}
