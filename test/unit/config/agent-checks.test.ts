import { expect } from 'chai';
import { agentProblems } from '../../../src/config/agent-checks.ts';
import type { AgentSettings, ClusterFile } from '../../../src/domain/cluster.ts';

const HERE: AgentSettings = { address: 'unix:/run/voltana/agent.sock' };
const THERE: AgentSettings = { node: 'gpu1', address: 'https://gpu1:7443' };

const cluster = (agents: readonly AgentSettings[] | undefined, changes: object = {}): ClusterFile =>
  ({
    engine: { kind: 'vllm' },
    launcher: { kind: 'ssh' },
    instances: [
      { id: 'p0', role: 'prefill', gpus: ['0'] },
      { id: 'd0', role: 'decode', gpus: ['0'], node: 'gpu1' },
    ],
    control: agents === undefined ? {} : { agents },
    ...changes,
  }) as unknown as ClusterFile;

const problems = (...args: Parameters<typeof cluster>): string =>
  agentProblems(cluster(...args))
    .map(({ problem }) => problem)
    .join('; ');

describe('agents in a cluster file', () => {
  it('there need be none, and one for every node will do', () => {
    expect(problems(undefined)).to.equal('');
    expect(problems([HERE, THERE])).to.equal('');
  });

  it('a node without one, and two for one node, are named', () => {
    expect(problems([HERE])).to.equal('instance "d0" is on node "gpu1", of which control.agents knows nothing');
    expect(problems([THERE])).to.equal('instance "p0" is on this machine, of which control.agents knows nothing');
    expect(problems([HERE, THERE, THERE])).to.equal('control.agents names node "gpu1" twice');
  });

  it('half a certificate is none', () => {
    expect(problems([HERE, { ...THERE, certFile: '/c.pem' }])).to.include('certFile or keyFile alone');
    expect(problems([HERE, { ...THERE, certFile: '/c.pem', keyFile: '/k.pem' }])).to.equal('');
  });

  it('emulated GPUs have none, and pods get their GPUs when they start', () => {
    expect(problems([HERE], { engine: { kind: 'emulated' } })).to.include('emulated');
    expect(problems([HERE, THERE], { launcher: { kind: 'kubernetes' } })).to.include('Kubernetes');
    expect(problems([HERE, THERE], { launcher: { kind: 'attach', discover: { by: 'llm-d' } } })).to.include('Kubernetes');
  });
});
