import { expect } from 'chai';
import { createEmulatedClocks } from '../../../../src/adapters/clocks/emulated/driver.ts';
import { createSglangDialect } from '../../../../src/adapters/engines/sglang/dialect.ts';
import { eventStream, type EventStream } from '../../../../src/adapters/gateway/events.ts';
import { metricsEndpoint, type MetricsEndpoint } from '../../../../src/adapters/gateway/metrics.ts';
import { startGateway, type Gateway } from '../../../../src/adapters/gateway/server.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { renderMetrics } from '../../../../src/telemetry/exposition/render.ts';
import { RequestMetrics } from '../../../../src/telemetry/exposition/request-metrics.ts';
import { FleetEvents } from '../../../../src/telemetry/fleet-events.ts';
import { post, startNode, type Node } from '../../../fixtures/engines/emulated-node.ts';
import { recordingDispatcher } from '../../../fixtures/engines/recording-dispatcher.ts';
import { parseExposition, valueIn } from '../../../fixtures/exposition.ts';
import { instanceSnapshot, snapshot } from '../../../fixtures/tui/snapshots.ts';

describe('an observed gateway', () => {
  const time = realTime();
  let nodes: readonly [Node, Node];
  let gateway: Gateway;
  let metrics: RequestMetrics;
  let endpoint: MetricsEndpoint;
  let stream: EventStream;
  let feed: FleetEvents;
  let clocks: ReturnType<typeof createEmulatedClocks>;

  before(async () => {
    nodes = [await startNode('prefill'), await startNode('decode')];
    const instances = nodes.map(({ instance }) => instance);
    clocks = createEmulatedClocks(instances, time);
    metrics = new RequestMetrics({ slo: { ttftMs: 60_000, itlMs: 60_000 } });
    instances.forEach((instance) => metrics.instance(instance));
    feed = new FleetEvents('run');
    stream = eventStream({ feed, time });
    const views = instances.map(({ id, role }) => instanceSnapshot(id, { role }));
    endpoint = metricsEndpoint((process) =>
      renderMetrics({ version: '1', snapshot: snapshot({ instances: views }), requests: metrics, process }),
    );
    gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      dialect: createSglangDialect(createRandom(1)),
      dispatcher: recordingDispatcher(nodes[0].instance, nodes[1].instance),
      time,
      models: ['llama'],
      listener: metrics,
      extra: { '/metrics': endpoint.handle, '/voltana/events': stream.handle },
    });
  });
  after(async () => {
    stream.close();
    endpoint.close();
    await gateway.close();
    await clocks.close();
    await Promise.all(nodes.map((node) => node.close()));
  });

  const read = async (): Promise<number> => {
    let sumJ = 0;
    for (const { instance } of nodes) {
      const { energyJ, atMs } = await clocks.meter.read(instance.id);
      metrics.ledger.domain(instance.id).metered(energyJ, atMs, null);
      sumJ += energyJ;
    }
    return sumJ;
  };
  const scrape = async () => parseExposition(await (await fetch(`${gateway.url}/metrics`)).text());
  const ask = (body: object) => post(`${gateway.url}/v1/completions`, { model: 'llama', prompt: 'a '.repeat(50), ...body });

  it('shows real requests, and charges them all that the meters counted', async () => {
    const beforeJ = await read();
    const answers = await Promise.all([4, 8, 12].map((tokens) => ask({ max_tokens: tokens, stream: true })));
    for (const answer of answers) await answer.text();
    await (await ask({ max_tokens: 6 })).text();
    await (await ask({ model: 'unknown' })).text();
    const usedJ = (await read()) - beforeJ;
    const families = await scrape();
    const account = { model: 'llama', tenant: 'default' };
    expect(valueIn(families, 'voltana_requests_total', { ...account, outcome: 'completed' })).to.equal(4);
    expect(valueIn(families, 'voltana_requests_rejected_total', { status: '404' })).to.equal(1);
    expect(valueIn(families, 'voltana_requests_in_flight', { model: 'llama' })).to.equal(0);
    expect(valueIn(families, 'voltana_output_tokens_total', account)).to.equal(30);
    expect(valueIn(families, 'voltana_prompt_tokens_total', account)).to.equal(200);
    expect(valueIn(families, 'voltana_time_to_first_token_seconds_count', { model: 'llama' })).to.equal(4);
    expect(valueIn(families, 'voltana_token_gap_seconds_count', { model: 'llama' })).to.equal(26);
    expect(valueIn(families, 'voltana_slo_requests_total', { objective: 'joint', met: 'true' })).to.equal(4);
    expect(usedJ).to.be.above(0);
    expect(valueIn(families, 'voltana_energy_attributed_joules_total', { ...account, part: 'dynamic' })).to.be.closeTo(usedJ, 1e-6 * usedJ);
  });

  it('counts a client that leaves', async () => {
    const leaving = new AbortController();
    const body = JSON.stringify({ model: 'llama', prompt: 'a', max_tokens: 100_000, stream: true });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${gateway.url}/v1/completions`, { method: 'POST', body, headers, signal: leaving.signal });
    await answer.body!.getReader().read();
    leaving.abort();
    const cancelled = async () => valueIn(await scrape(), 'voltana_requests_total', { outcome: 'cancelled' });
    while ((await cancelled()) < 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(valueIn(await scrape(), 'voltana_requests_in_flight', { model: 'llama' })).to.equal(0);
  });

  it('streams events at its own path', async () => {
    feed.add({ kind: 'warning', text: 'hello' }, 1);
    const answer = await fetch(`${gateway.url}/voltana/events`);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('hello')) text += (await reader.read()).value;
    expect(text).to.contain('id: run.1\nevent: warning\n');
    await reader.cancel();
  });
});
