import { expect } from 'chai';
import type { AskedPort } from '../../../src/adapters/engines/commands.ts';
import { PortPlan } from '../../../src/compose/port-plan.ts';
import type { ClusterInstance } from '../../../src/domain/cluster.ts';

const ASKED: readonly AskedPort[] = [
  { name: 'port', usual: 30_000 },
  { name: 'bootstrapPort', usual: 8998 },
];
const instance = (id: string, over: Partial<ClusterInstance> = {}): ClusterInstance => ({ id, role: 'prefill', gpus: [id], ...over });
const planned = async (instances: readonly ClusterInstance[], where: Parameters<PortPlan['of']>[2], busy: readonly number[] = []) => {
  const plan = new PortPlan(instances, (port) => Promise.resolve(!busy.includes(port)));
  const ports: number[][] = [];
  for (const one of instances) ports.push(Object.values(await plan.of(one, ASKED, where)));
  return ports;
};

describe('a port plan', () => {
  it('gives each engine of a node ports of its own, from the usual ones up, around those of the cluster file', async () => {
    const instances = [
      instance('a', { node: 'x' }),
      instance('b', { node: 'x' }),
      instance('c', { node: 'y' }),
      instance('d', { node: 'x', port: 30_001 }),
    ];
    expect(await planned(instances, 'node')).to.deep.equal([
      [30_000, 8998],
      [30_002, 8999],
      [30_000, 8998],
      [30_001, 9000],
    ]);
  });

  it('asks this machine which ports are free', async () => {
    expect(await planned([instance('a'), instance('b')], 'here', [30_000, 30_002])).to.deep.equal([
      [30_001, 8998],
      [30_003, 8999],
    ]);
  });

  it('lets pods all have the same, and engines that a scheduler may put on one node none', async () => {
    const pods = [instance('a'), instance('b')];
    expect(await planned(pods, 'pod')).to.deep.equal([
      [30_000, 8998],
      [30_000, 8998],
    ]);
    expect(await planned([instance('a'), instance('b', { node: 'x' })], 'anywhere')).to.deep.equal([
      [30_000, 8998],
      [30_001, 8999],
    ]);
  });
});
