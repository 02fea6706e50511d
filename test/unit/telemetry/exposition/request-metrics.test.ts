import { expect } from 'chai';
import { RequestMetrics } from '../../../../src/telemetry/exposition/request-metrics.ts';
import type { ModelSeries } from '../../../../src/telemetry/exposition/request-series.ts';

const metricsOf = (options: { mostModels?: number; mostTenants?: number } = {}): RequestMetrics =>
  new RequestMetrics({ slo: { ttftMs: 500, itlMs: 50 }, ...options });
const ask = (metrics: RequestMetrics, changes: { model?: string; tenant?: string; promptTokens?: number; estimated?: boolean } = {}) =>
  metrics.arrived({ id: 'r', model: 'm', tenant: 't', arrivalMs: 1000, promptTokens: 100, estimated: true, ...changes });
const modelOf = (metrics: RequestMetrics): ModelSeries => [...metrics.models][0]!;

describe('request metrics', () => {
  it('follows a request from the queue to its end', () => {
    const metrics = metricsOf();
    const request = ask(metrics);
    const { inFlight, queued } = modelOf(metrics);
    expect([inFlight, queued]).to.deep.equal([1, 1]);
    request.routed('p0', 'd0', 1100);
    expect(modelOf(metrics).queued).to.equal(0);
    request.tokens(1, 1400);
    request.ended('completed', 1500);
    expect(modelOf(metrics).inFlight).to.equal(0);
    expect(modelOf(metrics).ttftS.sum).to.be.closeTo(0.4, 1e-12);
    expect(modelOf(metrics).durationS.sum).to.be.closeTo(0.5, 1e-12);
  });

  it('one that leaves the queue is in none of the gauges', () => {
    const metrics = metricsOf();
    ask(metrics).ended('cancelled', 1200);
    const { inFlight, queued, met, missed } = modelOf(metrics);
    expect({ inFlight, queued }).to.deep.equal({ inFlight: 0, queued: 0 });
    expect([met.joint, missed.joint]).to.deep.equal([0, 0]);
    expect(metrics.tenants[0]!.promptTokens).to.equal(0);
  });

  it('judges promises by first token and mean gap; a failed request missed both', () => {
    const metrics = metricsOf();
    const late = ask(metrics);
    late.routed('p0', 'd0', 1000);
    late.tokens(1, 1501);
    late.tokens(10, 2000);
    late.ended('completed', 2000);
    ask(metrics).ended('failed', 1001);
    const { met, missed } = modelOf(metrics);
    expect(met).to.deep.equal({ ttft: 0, itl: 1, joint: 0 });
    expect(missed).to.deep.equal({ ttft: 2, itl: 1, joint: 2 });
  });

  it('counts a retry, and each attempt at its own instances', () => {
    const metrics = metricsOf();
    const request = ask(metrics);
    request.routed('p0', 'd0', 1000);
    request.routed('p1', 'd1', 1100);
    request.tokens(4, 1200);
    request.ended('completed', 1300);
    expect(modelOf(metrics).retries).to.equal(1);
    const shown = [...metrics.instances].map(({ id, requests, promptTokens, outputTokens }) => [id, requests, promptTokens, outputTokens]);
    expect(shown).to.deep.equal([
      ['p0', 1, 0, 0],
      ['d0', 1, 0, 0],
      ['p1', 1, 100, 0],
      ['d1', 1, 0, 4],
    ]);
  });

  it('believes the engine where it counted more tokens than chunks showed', () => {
    const metrics = metricsOf();
    const request = ask(metrics);
    request.routed('p0', 'd0', 1000);
    request.tokens(4, 1200);
    request.ended('completed', 1300, { promptTokens: 80, outputTokens: 9 });
    expect(metrics.tenants[0]).to.deep.include({ promptTokens: 80, outputTokens: 9 });
    expect(modelOf(metrics).estimateError.sum).to.be.closeTo(0.25, 1e-12);
  });

  it('an exact prompt count is no estimate', () => {
    const metrics = metricsOf();
    ask(metrics, { estimated: false }).ended('completed', 1001, { promptTokens: 80 });
    expect(modelOf(metrics).estimateError.total).to.equal(0);
  });

  it('bounds the names that it keeps, and loses no request over it', () => {
    const metrics = metricsOf({ mostModels: 2, mostTenants: 3 });
    for (let i = 0; i < 100; i++) ask(metrics, { model: `m${i % 10}`, tenant: `t${i}` }).ended('completed', 2000);
    expect([...metrics.models].map(({ model }) => model)).to.deep.equal(['m0', 'm1', 'other']);
    expect(new Set(metrics.tenants.map(({ account }) => account.tenant))).to.deep.equal(new Set(['t0', 't1', 't2', 'other']));
    expect(metrics.tenants.reduce((sum, { requests }) => sum + requests.completed, 0)).to.equal(100);
  });

  it('charges the energy of both phases to the tenant, of an aggregated engine at its one meter', () => {
    const metrics = metricsOf();
    for (const id of ['a-prefill', 'a-decode']) metrics.instance({ id, domain: 'a' });
    const meter = metrics.ledger.domain('a');
    meter.metered(0, 900, null);
    const request = ask(metrics, { tenant: 'acme' });
    request.routed('a-prefill', 'a-decode', 1000);
    request.tokens(1, 1500);
    request.ended('completed', 1600);
    meter.metered(300, 1900, null);
    expect(metrics.ledger.books()).to.deep.include({ meteredJ: 300, unusedJ: 0, unsettledJ: 0 });
    expect(metrics.ledger.books().accounts).to.deep.equal([{ model: 'm', tenant: 'acme', dynamicJ: 300, idleJ: 0 }]);
  });

  it('forgets an instance that is gone, and keeps what it cost', () => {
    const metrics = metricsOf();
    const request = ask(metrics);
    metrics.ledger.domain('d0').metered(0, 0, null);
    request.routed('p0', 'd0', 1000);
    request.tokens(1, 1100);
    request.ended('completed', 1200);
    metrics.ledger.domain('d0').metered(50, 2000, null);
    metrics.forget('d0');
    expect([...metrics.instances].map(({ id }) => id)).to.deep.equal(['p0']);
    expect(metrics.ledger.books().accounts[0]!.dynamicJ).to.equal(50);
  });
});
