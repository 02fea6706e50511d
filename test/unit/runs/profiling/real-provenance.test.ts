import { expect } from 'chai';
import type { ClusterFile } from '../../../../src/domain/cluster.ts';
import type { EngineFacts } from '../../../../src/domain/engine-facts.ts';
import { realProvenance } from '../../../../src/runs/profiling/real-provenance.ts';
import { cluster as shipped } from '../../../fixtures/world/shipped.ts';

const FACTS: EngineFacts = { version: '0.11.0', kvTokens: 1000, maxRunning: null, contextTokens: 4096, chunkTokens: null };
const cluster: ClusterFile = {
  ...shipped,
  engine: { kind: 'vllm', args: ['--api-key', 'topsecret', '--api-key=other; secret', '--dtype', 'a; b'], env: { VLLM_API_KEY: 'third' } },
  instances: [{ id: 'e0', role: 'aggregated', gpus: ['GPU-1', 'GPU-2'], node: 'n1' }],
};
const found = { id: 'e0-decode', role: 'decode', devices: null, facts: FACTS };

describe('the fingerprint of real engines', () => {
  it('names devices, driver, engine, its limits and flags, but nobody’s key', () => {
    const { fingerprint, engine, gpu } = realProvenance(cluster, [found], null);
    expect({ engine, gpu }).to.deep.equal({ engine: 'vllm', gpu: shipped.gpu });
    expect(fingerprint).to.include('devices e0-decode:decode:n1+GPU-1+GPU-2; driver none; ');
    expect(fingerprint).to.include('engine vllm 0.11.0 kv 1000 running ? context 4096 chunk ?; flags ');
    expect(fingerprint).to.include('--dtype a, b');
    for (const key of ['topsecret', 'secret', 'third']) expect(fingerprint).not.to.include(key);
  });

  it('is another one with another device, driver, version or flag', () => {
    const print = (changed: Partial<typeof found>, driver: string | null = 'nvml 570', engine = cluster.engine): string =>
      realProvenance({ ...cluster, engine }, [{ ...found, ...changed }], driver).fingerprint;
    const all = [
      print({}),
      print({}, 'nvml 580'),
      print({ facts: { ...FACTS, version: '0.12.0' } }),
      print({ facts: { ...FACTS, kvTokens: 2000 } }),
      print({}, 'nvml 570', { ...cluster.engine, args: ['--dtype', 'half'] }),
    ];
    expect(new Set(all)).to.have.length(all.length);
  });
});
