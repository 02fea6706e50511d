import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ProfileDocument } from '../../../src/domain/profile.ts';
import { startEngine, type Node } from '../../fixtures/engines/emulated-node.ts';
import { agentPlace, type AgentPlace } from '../../fixtures/agent/agent-process.ts';
import { fakeNvml, needsGcc, type FakeNvml } from '../../fixtures/nvml/fake-nvml.ts';
import { cluster as shipped } from '../../fixtures/world/shipped.ts';

describe('profiling under an agent', function () {
  this.timeout(90_000);
  needsGcc();
  let gpus: FakeNvml;
  let place: AgentPlace;
  let node: Node;
  beforeEach(async () => {
    gpus = fakeNvml({ gpus: 1 });
    place = agentPlace({ families: ['nvml'], spreadMs: 0 }, gpus.env);
    node = await startEngine({ dialect: 'vllm', id: 'e0' });
  });
  afterEach(async () => {
    await Promise.all([place.close(), node.close()]);
    gpus.close();
  });

  it('locks the clocks of a real driver, meters its joules, and gives everything back', async () => {
    await place.start();
    const file = place.at('cluster.yaml');
    writeFileSync(
      file,
      JSON.stringify({
        ...shipped,
        gpu: 'a-gpu-without-a-card',
        engine: { kind: 'vllm', servedModel: 'llama-3.1-8b' },
        launcher: { kind: 'attach' },
        instances: [{ id: 'e0', role: 'aggregated', gpus: [gpus.ids[0]], url: node.instance.endpoints.url }],
        control: { agents: [{ address: place.address }] },
      }),
    );
    const flags = ['--phase', 'prefill', '--clocks', String(gpus.clocksMhz.at(-1)), '--max-gpu-minutes', '0.2'];
    const { exit, text } = await place.run('profile', '--cluster', file, ...flags, '--output', place.at('p.json'));
    expect(exit, text).to.be.oneOf([0, 6]);
    const { points, idle, provenance, evidence } = JSON.parse(readFileSync(place.at('p.json'), 'utf8')) as ProfileDocument;
    expect(evidence).to.equal('measured');
    expect(points.length).to.be.at.least(1);
    for (const { requestedClockMhz, powerW } of points) {
      expect(requestedClockMhz).to.equal(gpus.clocksMhz.at(-1));
      expect(powerW).to.be.above(0);
    }
    expect(idle).to.have.length(1);
    expect(provenance.fingerprint).to.include(gpus.ids[0]).and.include('driver nvml ');
    expect(gpus.lockedMhz(0)).to.equal(null);
  });
});
