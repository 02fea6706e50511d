import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import type { ClusterFile } from '../../../domain/cluster.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { EngineProcess, Launcher, LaunchStep, WhenReady } from '../../../ports/launcher.ts';
import { instancesOf } from '../engine-instances.ts';
import { startGuard } from '../guard.ts';
import { commandLine } from '../shell.ts';
import { agentManifests } from './agent-manifests.ts';
import { engineManifests } from './engine-manifests.ts';
import { attachedCluster, gatewayManifests } from './gateway-manifests.ts';
import { kubectlWith, scopeOf, type Kubectl } from './kubectl.ts';
import { isReady, nameOf, podsOf, troubleOf } from './pods.ts';
import { DEFAULT_NAMESPACE, RUN_LABEL, type KubernetesSettings, type Manifest } from './settings.ts';
import { endpointsOf, workloadsOf } from './workloads.ts';

export interface KubernetesOptions {
  readonly cluster: ClusterFile;
  readonly processes: readonly EngineProcess[];
  readonly settings: KubernetesSettings;
  readonly whenReady: WhenReady;
  readonly onLog?: ((instance: string, line: string) => void) | undefined;
}

const POLL_MS = 2000;
const RUN_ID_BYTES = 6;
const LAST_LINES = 20;

const listOf = (items: readonly Manifest[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** In plans, as people write them. */
const yamlOf = (manifests: readonly Manifest[]): string =>
  manifests.map((manifest) => stringify(manifest, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');

export const engineObjects = ({ cluster, processes, settings }: KubernetesOptions, labels: Record<string, string> = {}): Manifest[] =>
  workloadsOf(cluster.name, processes).flatMap((workload) => engineManifests(cluster.name, workload, settings, labels));

/** For a gateway inside of the cluster: its own objects and the agents'. Empty without an image for them. */
export const gatewayObjects = ({ cluster, processes, settings }: KubernetesOptions): Manifest[] => {
  if (settings.gatewayImage === undefined) return [];
  const endpoints = endpointsOf(processes, workloadsOf(cluster.name, processes), settings);
  return [
    ...gatewayManifests(attachedCluster(cluster, endpoints), settings.gatewayImage, settings),
    ...agentManifests(cluster.name, settings.gatewayImage, settings),
  ];
};

const scope = ({ context, namespace = DEFAULT_NAMESPACE }: KubernetesSettings): string[] => scopeOf({ context, namespace });
const selectorOf = (run: string): string => `${RUN_LABEL}=${run}`;

const deletion = (settings: KubernetesSettings, run: string): readonly [string, ...string[]] => [
  'kubectl',
  ...scope(settings),
  ...['delete', 'statefulset,service,configmap', '--selector', selectorOf(run)],
  ...['--ignore-not-found', '--cascade=foreground', '--wait=true'],
];

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, POLL_MS);
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason as Error)), { once: true });
  });

const hopeless = async (kubectl: Kubectl, pod: string, trouble: string): Promise<VoltanaError> => {
  const logs = await kubectl(['logs', pod, `--tail=${LAST_LINES}`]).catch(() => '');
  const said = logs.trim() === '' ? '' : `; it last said:\n${logs.trim()}`;
  return new VoltanaError('PROCESS_FAILED', `pod ${pod} does not start: ${trouble}${said}`, {
    hint: `Look at it with "kubectl describe pod ${pod}", correct what it says, and run again.`,
  });
};

/** Until every pod of the run is ready. @throws VoltanaError PROCESS_FAILED that names a pod for which there is no hope, with its last lines */
const podsReady = async (kubectl: Kubectl, run: string, count: number, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const pods = podsOf(await kubectl(['get', 'pods', '--selector', selectorOf(run), '--output', 'json'], { signal }));
    for (const pod of pods) {
      const trouble = troubleOf(pod);
      if (trouble !== null) throw await hopeless(kubectl, nameOf(pod), trouble);
    }
    if (pods.filter(isReady).length >= count) return;
    await pause(signal);
  }
};

const instancesReady = async (options: KubernetesOptions, signal: AbortSignal): Promise<LaunchedInstance[]> => {
  const { cluster, processes, settings, whenReady } = options;
  const endpoints = endpointsOf(processes, workloadsOf(cluster.name, processes), settings);
  const instances = processes.flatMap(({ id, role, gpus }) =>
    instancesOf({ id, role, gpuCount: gpus.length, endpoints: endpoints.get(id)! }),
  );
  return Promise.all(instances.map((instance) => whenReady(instance, signal)));
};

const plan = (options: KubernetesOptions): LaunchStep[] => {
  const where = `namespace ${options.settings.namespace ?? DEFAULT_NAMESPACE}`;
  const create = commandLine(['kubectl', ...scope(options.settings), 'create', '-f', '-']);
  const gateway = gatewayObjects(options);
  const beside = 'not part of serve: for a gateway inside of the cluster, in the place of this one, with its agents (kubectl apply -f)';
  return [
    {
      where: 'this machine',
      what: 'at the end, however it comes: deletes what this run has created',
      text: commandLine(deletion(options.settings, 'RUN')),
    },
    { where, what: `engines: ${create}`, text: yamlOf(engineObjects(options, { [RUN_LABEL]: 'RUN' })) },
    ...(gateway.length === 0 ? [] : [{ where, what: beside, text: yamlOf(gateway) }]),
  ];
};

/**
 * Runs engines as sets of pods. Kubernetes restarts those that die, so `failed` stays pending: their health is seen in requests.
 * @throws from `launch`: VoltanaError PROGRAM_MISSING, PROCESS_FAILED or what `whenReady` throws, or the signal's reason; what was created is deleted then
 */
export const createKubernetesLauncher = (options: KubernetesOptions): Launcher => ({
  async launch(signal) {
    signal.throwIfAborted();
    const { settings, processes, onLog } = options;
    const run = randomBytes(RUN_ID_BYTES).toString('hex');
    const kubectl = kubectlWith(scope(settings));
    const guard = startGuard('what was launched could not be deleted', deletion(settings, run));
    try {
      // Create, not apply: a cluster of this name that runs already is somebody's.
      await kubectl(['create', '-f', '-'], { input: listOf(engineObjects(options, { [RUN_LABEL]: run })), signal });
      await podsReady(kubectl, run, processes.length, signal);
      const instances = await instancesReady(options, signal);
      return { instances, failed: new Promise<Error>(() => undefined), stop: () => guard.release() };
    } catch (error) {
      // What stopped us is what is thrown; that something may be left goes to the log.
      await guard.release().catch((failure: Error) => onLog?.('clean-up', failure.message));
      throw error;
    }
  },
  plan: () => plan(options),
});
