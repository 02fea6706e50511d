import type { DeviceUsers } from '../domain/device.ts';

const descends = (pid: number, roots: ReadonlySet<number>, parents: ReadonlyMap<number, number>): boolean => {
  const seen = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (roots.has(at)) return true;
    seen.add(at);
  }
  return false;
};

const kindOf = ({ partitioned, mps, virtual, processes }: DeviceUsers): string | null => {
  if (partitioned) return 'is cut into slices';
  if (virtual) return 'is or serves a virtual GPU';
  if (mps) return 'is shared through an MPS server';
  return processes !== null && processes.length > 1 ? `is used by ${processes.length} processes` : null;
};

/**
 * Whose work a lock would slow besides the domain's own, as the end of a sentence; null for nobody's. `pids` are the domain's
 * processes, which stand for all their descendants.
 */
export const foreignUse = (
  users: DeviceUsers,
  pids: readonly number[] | undefined,
  parents: ReadonlyMap<number, number>,
): string | null => {
  const kind = kindOf(users);
  if (kind === null) return null;
  if (pids === undefined || pids.length === 0) return `${kind}, and the domain names no processes as its own`;
  if (users.processes === null) return `${kind}, and its driver does not tell whose`;
  const own = new Set(pids);
  const foreign = users.processes.find(({ pid }) => !descends(pid, own, parents));
  return foreign === undefined ? null : `${kind}: ${foreign.name ?? 'a process'} (pid ${foreign.pid}) does not belong to the domain`;
};
