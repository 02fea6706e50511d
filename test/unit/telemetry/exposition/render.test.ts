import { expect } from 'chai';
import { METRICS } from '../../../../src/telemetry/exposition/catalogue.ts';
import { BucketCounts } from '../../../../src/telemetry/exposition/counts.ts';
import { renderMetrics } from '../../../../src/telemetry/exposition/render.ts';
import { parseExposition, valueIn } from '../../../fixtures/exposition.ts';
import { fullScrape, knownInstance } from '../../../fixtures/scrape.ts';
import { snapshot } from '../../../fixtures/tui/snapshots.ts';

const exposed = (changes: Partial<ReturnType<typeof fullScrape>> = {}) => parseExposition(renderMetrics({ ...fullScrape(), ...changes }));

describe('exposition', () => {
  it('shows every metric of the catalogue, with its type, help and labels, and no other', () => {
    const families = exposed();
    expect([...families.keys()].sort()).to.deep.equal(Object.keys(METRICS).sort());
    for (const { name, type, help, samples } of families.values()) {
      const metric = METRICS[name as keyof typeof METRICS];
      expect({ type, help }).to.deep.equal({ type: metric.type, help: metric.help });
      for (const { labels } of samples) expect(Object.keys(labels).filter((label) => label !== 'le')).to.deep.equal(metric.labels);
    }
  });

  it('keeps the naming rules: counters end in _total, units are base units, nothing is called after its type', () => {
    for (const [name, { type, help, labels }] of Object.entries(METRICS)) {
      expect(name).to.match(/^voltana_[a-z_]+$/);
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      expect(name).to.not.match(/_(ms|milliseconds|mhz|megahertz|percent|pct|kib|counter|gauge|histogram)(_|$)/);
      expect(help).to.match(/\.$/);
      expect(labels, 'Prometheus sets these itself').to.not.include.members(['instance']).and.not.include.members(['job']);
    }
  });

  it('counts a request as its client saw it', () => {
    const families = exposed();
    const llama = { model: 'llama' };
    const acme = { ...llama, tenant: 'acme' };
    expect(valueIn(families, 'voltana_requests_total', { ...acme, outcome: 'completed' })).to.equal(1);
    expect(valueIn(families, 'voltana_prompt_tokens_total', acme)).to.equal(100);
    expect(valueIn(families, 'voltana_prompt_tokens_cached_total', acme)).to.equal(64);
    expect(valueIn(families, 'voltana_output_tokens_total', acme)).to.equal(3);
    expect(valueIn(families, 'voltana_time_to_first_token_seconds_sum', llama)).to.equal(0.3);
    expect(valueIn(families, 'voltana_token_gap_seconds_count', llama)).to.equal(2);
    expect(valueIn(families, 'voltana_token_gap_seconds_sum', llama)).to.be.closeTo(0.1, 1e-12);
    expect(valueIn(families, 'voltana_prompt_estimate_error_ratio_sum', llama)).to.be.closeTo(0.1, 1e-12);
    for (const objective of ['ttft', 'itl', 'joint'])
      expect(valueIn(families, 'voltana_slo_requests_total', { objective, met: 'true' })).to.equal(1);
  });

  it('buckets are cumulative, end in +Inf, and hold the promise as a bound', () => {
    const { samples } = exposed().get('voltana_time_to_first_token_seconds')!;
    const buckets = samples.filter(({ name }) => name.endsWith('_bucket'));
    expect(buckets.map(({ labels }) => labels.le))
      .to.include('0.6')
      .and.satisfy((bounds: string[]) => bounds.at(-1) === '+Inf');
    const values = buckets.map(({ value }) => value);
    expect(values).to.deep.equal([...values].sort((a, b) => a - b));
    expect(values.at(-1)).to.equal(samples.find(({ name }) => name.endsWith('_count'))!.value);
  });

  it('a value on a bound is within it: the promise kept to the millisecond is kept', () => {
    const counts = new BucketCounts([1, 2]);
    for (const value of [0, 1, 1.5, 2, 2.5]) counts.add(value);
    counts.add(3, 4);
    expect(counts.counts).to.deep.equal([2, 2, 5]);
    expect([counts.total, counts.sum]).to.deep.equal([9, 19]);
  });

  it('uses base units: hertz, watts, joules, ratios', () => {
    const families = exposed();
    expect(valueIn(families, 'voltana_domain_clock_asked_hertz', { domain: 'd0', role: 'decode' })).to.equal(1.005e9);
    expect(valueIn(families, 'voltana_domain_power_watts', { domain: 'd0' })).to.equal(250);
    expect(valueIn(families, 'voltana_instance_prediction_correction_ratio', { engine: 'd0' })).to.equal(0.025);
  });

  it('shows an aggregated engine once per domain and twice per phase', () => {
    const instances = [
      knownInstance('a-prefill', { domain: 'a', role: 'prefill', powerW: null, energyJ: null, transitions: 0 }),
      knownInstance('a-decode', { domain: 'a', role: 'decode' }),
    ];
    const families = exposed({ snapshot: snapshot({ instances }), facts: new Map([['a-prefill', { leaseHeld: true }]]) });
    const labels = { domain: 'a', role: 'aggregated' };
    expect(valueIn(families, 'voltana_domain_energy_joules_total', labels)).to.equal(12_345);
    expect(valueIn(families, 'voltana_domain_clock_transitions_total', labels)).to.equal(7);
    expect(valueIn(families, 'voltana_domain_lease_held', labels)).to.equal(1);
    expect(families.get('voltana_instance_requests')!.samples).to.have.length(2);
  });

  it('leaves out what nobody knows: absent is not zero', () => {
    const unknown = knownInstance('d0', { askedMhz: null, appliedMhz: null, powerW: null, energyJ: null, correctionPct: null });
    const families = exposed({ snapshot: snapshot({ instances: [unknown] }), facts: new Map() });
    for (const name of [
      'domain_clock_asked_hertz',
      'domain_power_watts',
      'domain_energy_joules_total',
      'domain_lease_held',
      'instance_reconciled',
    ])
      expect(families.has(`voltana_${name}`), name).to.equal(false);
  });

  it('survives names that no operator would choose', () => {
    const scrape = fullScrape();
    const model = 'a"b\\c\nd{e="f"} 1\n# TYPE x counter';
    scrape.requests.arrived({ id: 'x', model, tenant: '\u{1f600}', arrivalMs: 0, promptTokens: 1, estimated: false }).ended('failed', 1);
    const families = parseExposition(renderMetrics(scrape));
    expect(valueIn(families, 'voltana_requests_total', { model, tenant: '\u{1f600}', outcome: 'failed' })).to.equal(1);
  });
});
