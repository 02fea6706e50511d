import { expect } from 'chai';
import { baselineRun } from '../../../fixtures/run-records.ts';
import { planned } from '../../../fixtures/benchmarking/planning.ts';
import { ourError } from '../../../fixtures/rejected.ts';

const CLUSTER = { url: undefined, cluster: 'emulated-2p2d-a100-llama-3.1-8b' } as const;

describe('a bench, resolved', () => {
  it('has its defaults of an endpoint', async () => {
    const options = await planned();
    expect(options).to.deep.include({
      api: 'openai-completions',
      site: { kind: 'url', url: 'http://127.0.0.1:8000', model: null, agent: null },
      slo: null,
      repeats: 1,
      warmUpS: 30,
      strict: false,
    });
    expect((await planned({ durationS: 6 })).warmUpS, 'no longer than half of a short run').to.equal(3);
  });

  it('takes the promises of the cluster file, and those given before them', async () => {
    expect((await planned(CLUSTER)).slo).to.deep.equal({ ttftMs: 1000, itlMs: 50 });
    expect((await planned({ ...CLUSTER, sloTtftMs: 700 })).slo).to.deep.equal({ ttftMs: 700, itlMs: 50 });
    expect((await planned({ sloTtftMs: 700, sloItlMs: 20 })).slo).to.deep.equal({ ttftMs: 700, itlMs: 20 });
  });

  it('takes GPUs of an agent as a list', async () => {
    const { site } = await planned({ meterAgent: '/run/agent.sock', meterGpus: ' 0, 1,,' });
    expect(site).to.deep.nested.include({ 'agent.address': '/run/agent.sock', 'agent.gpus': ['0', '1'] });
  });

  it('refuses the baseline of another cluster run before it starts anything', async () => {
    const error = await ourError(planned(CLUSTER, { baseline: 'earlier' }, { earlier: baselineRun() }));
    expect(error).to.include({ code: 'BAD_VALUE', exitCode: 2 });
    expect(error.message).to.match(/^earlier is no baseline for this run\. /);
  });

  for (const [what, request, says] of [
    ['no target', { url: undefined }, /needs something to send its load to/],
    ['two targets', { cluster: 'x.yaml' }, /--url .* and --cluster x\.yaml are two targets/],
    ['an API that is none', { api: 'openai-chats' }, /--api "openai-chats" is not known/],
    ['what is no URL', { url: 'localhost:8000' }, /is not an http URL/],
    ['a URL with a password', { url: 'http://a:b@h' }, /holds a name or a password/],
    ['one promise of two', { sloTtftMs: 500 }, /judged by two promises/],
    ['the other one', { sloItlMs: 500 }, /judged by two promises/],
    ['an agent without GPUs', { meterAgent: '/run/a.sock' }, /an agent meters the GPUs that it is told/],
    ['GPUs without an agent', { meterGpus: '0' }, /an agent meters the GPUs that it is told/],
    ...(['fitted', 'governor', 'routing', 'clocks'] as const).map(
      (key) => [`--${key} of an endpoint`, { [key]: 'x' }, new RegExp(`^--${key} is for a cluster that voltana serves`)] as const,
    ),
    ['--gateway-port of an endpoint', { gatewayPort: 1 }, /^--gateway-port is for a cluster/],
    ['--model of a cluster', { ...CLUSTER, model: 'm' }, /^--model is for an endpoint that runs already/],
    ['--agent of a cluster', { ...CLUSTER, meterAgent: 'a' }, /^--agent is for an endpoint/],
    ['--gpus of a cluster', { ...CLUSTER, meterGpus: '0' }, /^--gpus is for an endpoint/],
    ['a cluster that is none', { ...CLUSTER, cluster: 'emulated-2p2d' }, /emulated-2p2d/],
  ] as const) {
    it(`refuses ${what}, with what to do: 2`, async () => {
      const error = await ourError(planned(request));
      expect(error.exitCode).to.equal(2);
      expect(error.message).to.match(says);
      expect(error.hint).to.match(/\w/);
    });
  }

  it('refuses a threshold of a metric that is none, with the one that was probably meant', async () => {
    const { message, hint } = await ourError(planned({}, { thresholds: ['ttft.p98<5'] }));
    expect(`${message} ${hint}`).to.match(/ttft\.p98.*ttft\.p9/s);
  });
});
