import { expect } from 'chai';
import { stringify } from 'yaml';
import { parseClusterFile } from '../../../src/config/cluster-file.ts';
import type { ClusterFile } from '../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { cluster } from '../../fixtures/world/shipped.ts';

type Over = Omit<Partial<ClusterFile>, 'control'> & { readonly control?: object };
const problemOf = (over: Over): string => {
  try {
    parseClusterFile(stringify({ ...cluster, ...over }), 'c.yaml');
  } catch (error) {
    if (error instanceof VoltanaError) return `${error.message} ${error.hint}`;
    throw error;
  }
  return 'none';
};

describe('settings of a tuned cluster file', () => {
  it('are taken', () => {
    expect(
      problemOf({
        engine: { ...cluster.engine, batching: { chunkTokens: 2048, maxRunning: 32, captureSizes: [1, 8, 32] }, kvDtype: 'fp8' },
        control: {
          governor: 'fixed',
          fixedMhz: { prefill: 1200, decode: 1005 },
          tunables: { itlTarget: 0.9, ttftTarget: 1, minPrefillClockMhz: 900, maxDecodeClockMhz: 1200 },
          rest: 'park',
          powerLimitW: 250,
        },
      }),
    ).to.equal('none');
  });

  it('an unknown key names the nearest', () => {
    expect(problemOf({ engine: { ...cluster.engine, batching: { chunkToken: 1 } as object } })).to.include('chunkTokens');
    expect(problemOf({ control: { tunables: { itlTargets: 1 } } })).to.include('itlTarget');
  });

  it('values that mean nothing are refused', () => {
    for (const [control, word] of [
      [{ tunables: { itlTarget: 0 } }, 'itlTarget'],
      [{ tunables: { ttftTarget: 1.1 } }, 'ttftTarget'],
      [{ rest: 'release' }, 'rest'],
      [{ powerLimitW: 0 }, 'powerLimitW'],
      [{ fixedMhz: { prefill: 900 } }, 'decode'],
    ] as const)
      expect(problemOf({ control }), JSON.stringify(control)).to.include(word);
    for (const batching of [{ chunkTokens: 0 }, { maxRunning: 1.5 }, { captureSizes: [] }, { captureSizes: [8, 8] }])
      expect(problemOf({ engine: { ...cluster.engine, batching } }), JSON.stringify(batching)).to.include('batching');
  });

  it('ladders that leave nothing are refused, with both ends', () => {
    expect(problemOf({ control: { tunables: { minDecodeClockMhz: 1200, maxDecodeClockMhz: 900 } } }))
      .to.include('minDecodeClockMhz 1200')
      .and.include('maxDecodeClockMhz 900');
    expect(problemOf({ control: { maxClockMhz: 1000, tunables: { minPrefillClockMhz: 1200 } } })).to.include('control.maxClockMhz 1000');
    expect(problemOf({ control: { minClockMhz: 1000, tunables: { maxPrefillClockMhz: 900 } } })).to.include('control.minClockMhz 1000');
  });

  it('a power limit of real GPUs needs somebody who sets it', () => {
    const real = { engine: { kind: 'sglang' }, control: { powerLimitW: 400 } } as const;
    expect(problemOf(real)).to.include('control.agents').and.include('nvidia-smi -pl 400');
    expect(problemOf({ ...real, control: { ...real.control, agents: [{ address: 'unix:/run/voltana/agent.sock' }] } })).to.equal('none');
  });

  it('parking is for instances of one phase that are named', () => {
    const instances = [{ id: 'a0', role: 'aggregated', gpus: ['gpu0'] }] as const;
    expect(problemOf({ instances, control: { rest: 'park' } })).to.include('control.rest park');
    expect(problemOf({ control: { rest: 'awake' }, instances })).to.equal('none');
  });

  it('vLLM needs a token in each iteration for every request that it decodes', () => {
    const instances = [{ id: 'a0', role: 'aggregated', gpus: ['0'] }] as const;
    const engine = { kind: 'vllm', batching: { chunkTokens: 128, maxRunning: 256 } } as const;
    expect(problemOf({ engine, instances, control: {} }))
      .to.include('chunkTokens 128')
      .and.include('maxRunning 256');
  });
});
