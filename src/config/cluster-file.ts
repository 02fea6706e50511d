import type { ClusterFile } from '../domain/cluster.ts';
import { VoltanaError } from '../domain/errors.ts';
import { ROLES, type EngineRole } from '../domain/instance.ts';
import schema from '../schemas/cluster.schema.json' with { type: 'json' };
import { validateCluster } from '../schemas/compiled/validators.js';
import { parseDocumentOf } from './document.ts';
import { agentProblems } from './agent-checks.ts';
import { engineProblems, ladderProblems, restProblems } from './engine-checks.ts';
import { launcherProblems } from './launcher-checks.ts';

const malformed = (file: string, problem: string, hint: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${file}: ${problem}`, { hint });

/** One GPU serves one instance: two leases on its clock would fight. */
function checkGpusDiffer({ instances }: ClusterFile, file: string): void {
  const owners = new Map<string, string>();
  for (const { id, gpus, node = '' } of instances) {
    for (const gpu of gpus) {
      const key = JSON.stringify([node, gpu]);
      const owner = owners.get(key);
      if (owner !== undefined)
        throw malformed(file, `instances "${owner}" and "${id}" both use GPU "${gpu}"`, 'Give every instance GPUs of its own.');
      owners.set(key, id);
    }
  }
}

/** Requests need both phases: of two kinds of engines, or of engines that do both. */
function checkRoles({ instances }: ClusterFile, file: string): void {
  const has = (role: EngineRole): boolean => instances.some((instance) => instance.role === role);
  const hint = 'Give the cluster prefill and decode instances, or aggregated ones only.';
  if (has('aggregated') && (has('prefill') || has('decode')))
    throw malformed(file, 'instances mix aggregated and disaggregated engines', hint);
  for (const role of has('aggregated') ? [] : ROLES)
    if (!has(role)) throw malformed(file, `instances needs at least one entry with role "${role}"`, hint);
}

/** What a schema cannot say. @throws VoltanaError FILE_MALFORMED */
export function checkMeaning(cluster: ClusterFile, file: string): void {
  const seen = new Set<string>();
  for (const { id, gpus } of cluster.instances) {
    if (seen.has(id)) throw malformed(file, `two instances are called "${id}"`, 'Give every instance an id of its own.');
    seen.add(id);
    if (gpus.length !== cluster.tp) {
      throw malformed(
        file,
        `instance "${id}" lists ${gpus.length} GPUs, but tp is ${cluster.tp}`,
        'List as many GPUs per instance as tp says.',
      );
    }
  }
  // Those that are discovered have their roles from there.
  if (cluster.launcher.discover === undefined) checkRoles(cluster, file);
  const [wrong] = [
    ...launcherProblems(cluster),
    ...agentProblems(cluster),
    ...engineProblems(cluster),
    ...ladderProblems(cluster),
    ...restProblems(cluster),
  ];
  if (wrong !== undefined) throw malformed(file, wrong.problem, wrong.hint);
  checkGpusDiffer(cluster, file);
  const { minClockMhz = 0, maxClockMhz = Infinity } = cluster.control ?? {};
  if (minClockMhz > maxClockMhz) {
    throw malformed(file, `control.minClockMhz ${minClockMhz} is above control.maxClockMhz ${maxClockMhz}`, 'Exchange or correct the two.');
  }
}

/** @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY, naming the file and the place */
export function parseClusterFile(text: string, file: string): ClusterFile {
  const cluster = parseDocumentOf<ClusterFile>(text, file, validateCluster, schema);
  checkMeaning(cluster, file);
  return cluster;
}
