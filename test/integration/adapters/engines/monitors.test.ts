import { expect } from 'chai';
import { createMonitor, type MonitoredCluster } from '../../../../src/adapters/engines/monitors.ts';
import type { EngineSettings } from '../../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { LaunchedInstance } from '../../../../src/domain/instance.ts';
import { models, SGLANG_METRICS } from '../../../fixtures/engines/answers.ts';
import { StandIn, type Routes } from '../../../fixtures/engines/stand-in.ts';

const never = new AbortController().signal;

describe('engine monitors', () => {
  let engine: StandIn;
  const open: { close(): Promise<void> }[] = [];
  const start = async (routes: Routes): Promise<void> => {
    engine = await StandIn.start({ '/health': 200, '/v1/models': models('m'), ...routes });
    open.push(engine);
  };
  const monitorOf = (settings: EngineSettings, cluster: Partial<MonitoredCluster> = {}) => {
    const monitor = createMonitor(
      { engine: settings, model: 'm', launcher: { kind: 'local' }, instances: [], ...cluster },
      { answerTimeoutMs: 2000, pollMs: 5 },
    );
    open.push(monitor);
    return monitor;
  };
  const instance = (rest: Partial<LaunchedInstance['endpoints']> = {}, half?: string): LaunchedInstance => ({
    id: half === undefined ? 'p0' : `${half}-prefill`,
    role: 'prefill',
    gpuCount: 1,
    ...(half !== undefined && { domain: half }),
    endpoints: { url: engine.url, ...rest },
  });
  const ready = (settings: EngineSettings, of = instance(), cluster: Partial<MonitoredCluster> = {}, timeoutMs = 5000) =>
    monitorOf(settings, cluster).ready(of, { timeoutMs, signal: never });
  const messageOf = async (act: Promise<unknown>): Promise<string> => {
    const error = await act.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(VoltanaError).with.property('code', 'ENGINE_FAILED');
    return (error as Error).message;
  };
  afterEach(async () => {
    for (const { close } of open.splice(0).map((each) => ({ close: () => each.close() }))) await close();
  });

  describe('sglang', () => {
    it('asks older engines by the older name, and takes ones that do not say their role', async () => {
      await start({ '/get_server_info': { disaggregation_mode: 'prefill', disaggregation_bootstrap_port: 9001 } });
      expect((await ready({ kind: 'sglang' })).endpoints.bootstrapPort).to.equal(9001);
      engine.routes = { ...engine.routes, '/get_server_info': 404 };
      expect((await ready({ kind: 'sglang' })).endpoints).to.deep.equal({ url: engine.url });
    });

    it('says that the bootstrap port is another one', async () => {
      await start({ '/server_info': { disaggregation_mode: 'prefill', disaggregation_bootstrap_port: 9001 } });
      expect(await messageOf(ready({ kind: 'sglang' }, instance({ bootstrapPort: 9002 })))).to.match(/port 9001, not 9002/);
      expect((await ready({ kind: 'sglang' }, instance({ bootstrapPort: 9001 }))).endpoints.bootstrapPort).to.equal(9001);
    });

    it('an engine that does both phases has no mode', async () => {
      for (const mode of [null, 'null']) {
        await start({ '/server_info': { disaggregation_mode: mode, disaggregation_bootstrap_port: 8998 } });
        expect((await ready({ kind: 'sglang' }, instance({}, 'a0'))).endpoints).to.deep.equal({ url: engine.url });
      }
      engine.routes = { ...engine.routes, '/server_info': { disaggregation_mode: 'prefill' } };
      expect(await messageOf(ready({ kind: 'sglang' }, instance({}, 'a0')))).to.match(/mode prefill, not null/);
    });

    it('reads metrics where there are no loads, and loads where there are no metrics', async () => {
      await start({ '/metrics': SGLANG_METRICS });
      const monitor = monitorOf({ kind: 'sglang' });
      expect(await monitor.gauges(instance())).to.include({ running: 5, waiting: 3, kvTokens: 2048 });
      engine.routes = { '/v1/loads': { loads: [{ num_running_reqs: 1, num_waiting_reqs: 0 }] } };
      expect(await monitor.gauges(instance())).to.include({ running: 1, waiting: 0, kvTokens: null, promptTokensTotal: null });
    });
  });

  describe('vllm with Mooncake', () => {
    const settings: EngineSettings = { kind: 'vllm', protocol: 'mooncake' };

    it('learns the engine ids of every rank from the bootstrap server', async () => {
      await start({ '/query': '{"0":{"engine_id":"e0","worker_addr":{}},"1":{"engine_id":12345678901234567890}}' });
      const { facts } = (await ready(settings, instance({ bootstrapPort: engine.port }))).endpoints;
      expect(facts).to.deep.equal({ engineIds: '{"0":"e0","1":12345678901234567890}' });
    });

    it('waits until the bootstrap server knows one', async () => {
      let asked = 0;
      await start({ '/query': (_request, response) => void response.end((asked += 1) < 3 ? '{}' : '{"0":{"engine_id":"e0"}}') });
      await ready(settings, instance({ bootstrapPort: engine.port }));
      expect(asked).to.equal(3);
      engine.routes = { ...engine.routes, '/query': '[]' };
      expect(await messageOf(ready(settings, instance({ bootstrapPort: engine.port }), {}, 50))).to.match(/no JSON object/);
    });
  });

  describe('openai', () => {
    it('takes the list of models for its health where it has no other', async () => {
      await start({ '/health': 404 });
      const monitor = monitorOf({ kind: 'openai' });
      expect(await monitor.healthy(instance())).to.equal(true);
      expect(await monitor.ready(instance(), { timeoutMs: 5000, signal: never })).to.deep.equal(instance());
      engine.routes = { ...engine.routes, '/v1/models': 503 };
      expect(await monitor.healthy(instance())).to.equal(false);
    });

    it('need not tell its load', async () => {
      const nothing = { running: null, waiting: null, kvUsage: null, kvTokens: null, promptTokensTotal: null, generatedTokensTotal: null };
      for (const answer of [404, 501, 'no metrics', 403]) {
        await start({ '/metrics': answer });
        expect(await monitorOf({ kind: 'openai' }).gauges(instance())).to.deep.equal(nothing);
      }
      engine.routes = { '/metrics': 500 };
      await messageOf(monitorOf({ kind: 'openai' }).gauges(instance()));
    });
  });

  it('expects a model only where somebody has named it', async () => {
    await start({ '/v1/models': models('meta/L') });
    await ready({ kind: 'vllm' }, instance(), { launcher: { kind: 'attach' } });
    await ready({ kind: 'openai', model: '/m/x.gguf' });
    expect(await messageOf(ready({ kind: 'vllm' }))).to.match(/serves "meta\/L" instead of "m"/);
    expect(await messageOf(ready({ kind: 'vllm', model: 'x' }, instance(), { launcher: { kind: 'attach' } }))).to.match(/instead of "x"/);
  });

  it('shows the key that the engines were started with', async () => {
    const settings: EngineSettings[] = [
      { kind: 'vllm', args: ['--api-key', 'k1'] },
      { kind: 'vllm', args: ['--api-key=k1'] },
      { kind: 'vllm', env: { VLLM_API_KEY: 'k1' } },
    ];
    for (const each of settings) {
      await start({});
      await ready(each);
      expect(engine.headers.at(-1)).to.include({ authorization: 'Bearer k1' });
    }
  });

  it('refuses an answer that never ends', async () => {
    await start({
      '/metrics': (_request, response) => {
        const more = (): void => void (response.write('x'.repeat(1 << 20)) ? setImmediate(more) : response.once('drain', more));
        more();
      },
    });
    await messageOf(monitorOf({ kind: 'vllm' }).gauges(instance()));
  });

  it('refuses a protocol that the engine does not have', () => {
    expect(() => monitorOf({ kind: 'trtllm', protocol: 'mooncake' }))
      .to.throw(VoltanaError, /mooncake/)
      .with.property('code', 'BAD_VALUE');
  });
});
