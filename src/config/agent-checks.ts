import type { ClusterFile } from '../domain/cluster.ts';

interface Wrong {
  readonly problem: string;
  readonly hint: string;
}

const nodeText = (node: string | undefined): string => (node === undefined ? 'this machine' : `node "${node}"`);

/** What of `control.agents` cannot be. */
export function agentProblems({ engine, launcher, instances, control }: ClusterFile): Wrong[] {
  const agents = control?.agents;
  if (agents === undefined) return [];
  if (engine.kind === 'emulated')
    return [
      { problem: 'control.agents is for real GPUs, and these are emulated', hint: 'Remove it: emulated GPUs have ports of their own.' },
    ];
  if (launcher.kind === 'kubernetes' || launcher.discover !== undefined)
    return [
      {
        problem: 'control.agents needs the GPUs of each instance, and Kubernetes chooses those only when it starts a pod',
        hint: 'Attach to the engines by their urls, with the node and the GPU UUIDs of each.',
      },
    ];
  const wrong: Wrong[] = [];
  const known = new Set<string | undefined>();
  for (const { node, certFile, keyFile } of agents) {
    if (known.has(node))
      wrong.push({ problem: `control.agents names ${nodeText(node)} twice`, hint: 'One agent owns all clocks of a node.' });
    known.add(node);
    if ((certFile === undefined) !== (keyFile === undefined))
      wrong.push({ problem: `the agent of ${nodeText(node)} has certFile or keyFile alone`, hint: 'Give both, or neither.' });
  }
  for (const { id, node } of instances)
    if (!known.has(node))
      wrong.push({
        problem: `instance "${id}" is on ${nodeText(node)}, of which control.agents knows nothing`,
        hint: 'Name the agent of every node, or none.',
      });
  return wrong;
}
