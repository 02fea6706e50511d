import type { FoundManager } from '../../../domain/manager.ts';
import { cronManagers, rcLocalManagers } from './boot-scripts.ts';
import { daemonManagers } from './daemons.ts';
import { dynamoManagers } from './dynamo.ts';
import { runningPrograms } from './process-list.ts';
import { slurmManagers } from './slurm.ts';
import { tlpManagers } from './tlp.ts';
import { treeAt } from './tree.ts';
import { unitManagers } from './units.ts';

export interface ManagerSearch {
  /** Where the machine's files are: `/`, or the host's root as a container sees it. */
  readonly root?: string;
  /** Processes that are no other manager, such as the agent that asks. */
  readonly ignoredPids?: readonly number[];
}

/**
 * What else sets clocks or power on this machine: running programs, and what acts at boot, by the clock or with the next
 * job. Reads files and runs nothing. What only reads clocks and power is not named. What acts from outside (a BMC, a
 * fleet manager over Redfish) leaves no trace here.
 */
export async function findManagers({ root = '/', ignoredPids = [] }: ManagerSearch = {}): Promise<FoundManager[]> {
  const tree = treeAt(root);
  const programs = await runningPrograms(tree, ignoredPids);
  const found = await Promise.all([
    dynamoManagers(tree, programs),
    slurmManagers(tree, programs),
    unitManagers(tree),
    rcLocalManagers(tree),
    cronManagers(tree),
    tlpManagers(tree),
  ]);
  return [...daemonManagers(programs), ...found.flat()];
}
