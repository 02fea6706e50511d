import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { metricsEndpoint, type MetricsEndpoint } from '../../../../src/adapters/gateway/metrics.ts';
import { renderMetrics } from '../../../../src/telemetry/exposition/render.ts';
import { parseExposition, valueIn } from '../../../fixtures/exposition.ts';
import { fullScrape } from '../../../fixtures/scrape.ts';

describe('/metrics', () => {
  let endpoint: MetricsEndpoint;
  let server: Server;
  let url: string;

  before(async () => {
    endpoint = metricsEndpoint((process) => renderMetrics({ ...fullScrape(), process }));
    server = createServer((request, response) => endpoint.handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  });

  after(async () => {
    endpoint.close();
    endpoint.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const scrape = async () => {
    const response = await fetch(url);
    expect(response.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
    return parseExposition(await response.text());
  };

  it('answers in the text format, with figures of this very process', async () => {
    const families = await scrape();
    expect(valueIn(families, 'voltana_process_resident_memory_bytes')).to.be.above(1e7);
    expect(valueIn(families, 'voltana_process_cpu_seconds_total'))
      .to.be.above(0)
      .and.most(process.uptime() * 16);
  });

  it('shows how long the event loop was blocked, once', async () => {
    await scrape();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const untilMs = performance.now() + 150;
    while (performance.now() < untilMs);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const max = { statistic: 'max' };
    expect(valueIn(await scrape(), 'voltana_event_loop_delay_seconds', max)).to.be.above(0.1);
  });
});
