import type { InstanceEndpoints } from '../../../domain/instance.ts';
import type { EngineProcess } from '../../../ports/launcher.ts';
import { hostOf, movedTo } from '../engine-instances.ts';
import { kubernetesName, literal } from './names.ts';
import { DEFAULT_NAMESPACE, type KubernetesSettings } from './settings.ts';

/** Engines that differ in nothing but their pod. */
export interface Workload {
  readonly name: string;
  /** What each pod runs; its own address spelled as Kubernetes fills it in. */
  readonly engine: EngineProcess;
  /** In order: pod N of the set is the Nth. */
  readonly ids: readonly string[];
}

const POD_ADDRESS = '$(VOLTANA_HOST)';

/** Its own address is known inside of the pod only, and its GPUs are chosen by Kubernetes. */
const inPod = (process: EngineProcess): EngineProcess => {
  const host = hostOf(process.endpoints);
  const moved = (text: string): string => text.split(host).map(literal).join(POD_ADDRESS);
  const { CUDA_VISIBLE_DEVICES: _gpus, ...env } = process.env;
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, moved(value)]));
  return { ...process, program: literal(process.program), args: process.args.map(moved), env: own };
};

const likeness = ({ role, node, program, args, env, files, ports, gpus }: EngineProcess): string =>
  JSON.stringify([role, node, program, args, env, files, ports, gpus.length]);

/** Engines of a role that are all alike become one set, named by the role; others one each, named by their id. */
export const workloadsOf = (cluster: string, processes: readonly EngineProcess[]): Workload[] => {
  const kinds = new Map<string, Workload>();
  for (const process of processes.map(inPod)) {
    const kind = likeness(process);
    const known = kinds.get(kind);
    kinds.set(kind, { name: '', engine: known?.engine ?? process, ids: [...(known?.ids ?? []), process.id] });
  }
  const all = [...kinds.values()];
  const nameOf = ({ engine: { role }, ids }: Workload): string => {
    const alone = all.filter(({ engine }) => engine.role === role).length === 1;
    return kubernetesName(cluster, alone ? role : ids[0]!);
  };
  return all.map((workload) => ({ ...workload, name: nameOf(workload) }));
};

/** The name of a pod of a set, as every pod of the cluster finds it. */
const addressOf = ({ name, ids }: Workload, id: string, { namespace = DEFAULT_NAMESPACE }: KubernetesSettings): string =>
  `${name}-${ids.indexOf(id)}.${name}.${namespace}.svc`;

/** Where engines answer once they run, by their id. */
export const endpointsOf = (
  processes: readonly EngineProcess[],
  workloads: readonly Workload[],
  settings: KubernetesSettings,
): ReadonlyMap<string, InstanceEndpoints> =>
  new Map(
    workloads.flatMap((workload) =>
      workload.ids.map((id) => {
        const { endpoints } = processes.find((process) => process.id === id)!;
        return [id, movedTo(endpoints, addressOf(workload, id, settings))] as const;
      }),
    ),
  );
