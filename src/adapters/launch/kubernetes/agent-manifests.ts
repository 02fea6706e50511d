import { kubernetesName } from './names.ts';
import { DEFAULT_GPU_RESOURCE, labelsOf, metadataOf, type KubernetesSettings, type Manifest } from './settings.ts';

/** Nodes opt in: no agent runs where nobody has set this label to "true". */
const AGENT_LABEL = 'voltana/agent';
/** Shared by an agent and the gateway pods of its node. */
export const SOCKET_FOLDER = '/run/voltana';
/** Members may hold leases; a number, for images know no such name. */
export const SOCKET_GROUP = 7410;

const STATE_FOLDER = '/var/lib/voltana';
const CONFIG_FOLDER = '/etc/voltana';
const TLS_FOLDER = '/etc/voltana-tls';
/** The host's files, for finding other power managers: its units, crontabs and Slurm's configuration. */
const HOST_FOLDER = '/host';
/** Long enough to give every clock back when drivers are slow. */
const GRACE_S = 30;
/** Calls of drivers wait on these threads. */
const THREADS = '16';

/** A GPU asked for would be one that no engine gets; without asking, the runtime shows all when told so. */
const environment = [
  { name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' },
  { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'utility' },
  { name: 'UV_THREADPOOL_SIZE', value: THREADS },
];

/** Only it may touch the clocks of its node's GPUs: the driver asks for an administrator of the device files. */
const containerOf = (image: string) => ({
  name: 'agent',
  image,
  command: ['voltana'],
  args: ['agent', '--config', `${CONFIG_FOLDER}/agent.yaml`, '--log-format', 'json'],
  env: [...environment, { name: 'VOLTANA_NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
  securityContext: { privileged: true, readOnlyRootFilesystem: true, runAsUser: 0 },
  volumeMounts: [
    { name: 'config', mountPath: CONFIG_FOLDER, readOnly: true },
    { name: 'tls', mountPath: TLS_FOLDER, readOnly: true },
    { name: 'state', mountPath: STATE_FOLDER },
    { name: 'socket', mountPath: SOCKET_FOLDER },
    { name: 'host', mountPath: HOST_FOLDER, readOnly: true, mountPropagation: 'HostToContainer' },
  ],
});

/** What survives the agent is which clocks it had locked, so that the next one gives them back first. */
const volumesOf = (name: string) => [
  { name: 'config', configMap: { name, defaultMode: 0o444 } },
  // For listen.tcp: gateways on other nodes are not on this socket.
  { name: 'tls', secret: { secretName: `${name}-tls`, optional: true, defaultMode: 0o400 } },
  { name: 'state', hostPath: { path: STATE_FOLDER, type: 'DirectoryOrCreate' } },
  { name: 'socket', hostPath: { path: SOCKET_FOLDER, type: 'DirectoryOrCreate' } },
  { name: 'host', hostPath: { path: '/', type: 'Directory' } },
];

const CONFIG = `# Which GPUs are lent is said here too: devices: [GPU-...]. docs/agent.md has every key.
schemaVersion: 1
kind: agent
listen: { socket: { path: ${SOCKET_FOLDER}/agent.sock, group: ${SOCKET_GROUP} } }
sysfsRoot: ${HOST_FOLDER}
`;

/** One agent on each node that has opted in; it requests no GPU, and no token of the API. Pure. */
export const agentManifests = (cluster: string, image: string, settings: KubernetesSettings): Manifest[] => {
  const name = kubernetesName(cluster, 'agent');
  const labels = labelsOf(cluster, 'agent');
  const metadata = metadataOf(name, settings, labels);
  const spec = {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    nodeSelector: { ...settings.nodeSelector, [AGENT_LABEL]: 'true' },
    tolerations: [{ key: settings.gpuResource ?? DEFAULT_GPU_RESOURCE, operator: 'Exists' }],
    // Evicted last: who gives clocks back is needed most when a node is short of something.
    priorityClassName: 'system-node-critical',
    terminationGracePeriodSeconds: GRACE_S,
    // Processes on a GPU are told by their numbers on the host: whose they are shows only there.
    hostPID: true,
    containers: [containerOf(image)],
    volumes: volumesOf(name),
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'agent.yaml': CONFIG } },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        // The next one starts when the last one has given everything back.
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        template: { metadata: { labels }, spec },
      },
    },
  ];
};
