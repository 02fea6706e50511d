import type { ClusterFile } from '../../../domain/cluster.ts';
import type { InstanceEndpoints } from '../../../domain/instance.ts';
import { SOCKET_FOLDER, SOCKET_GROUP } from './agent-manifests.ts';
import { kubernetesName } from './names.ts';
import { labelsOf, metadataOf, UNPRIVILEGED, type KubernetesSettings, type Manifest } from './settings.ts';

const GATEWAY_PORT = 8080;
const FOLDER = '/etc/voltana';
const NOBODY = 65_534;

/** The cluster as a gateway beside it sees it: everything runs already. */
export const attachedCluster = (cluster: ClusterFile, endpoints: ReadonlyMap<string, InstanceEndpoints>): ClusterFile => ({
  ...cluster,
  launcher: { kind: 'attach' },
  instances: cluster.instances.map((instance) => {
    const { url, bootstrapPort } = endpoints.get(instance.id)!;
    const { port: _port, node: _node, ...rest } = instance;
    return { ...rest, url, ...(bootstrapPort === undefined ? {} : { bootstrapPort }) };
  }),
  gateway: { ...cluster.gateway, host: '0.0.0.0', port: cluster.gateway.port || GATEWAY_PORT },
});

const probesOf = (port: number) => ({
  startupProbe: { httpGet: { path: '/health', port }, periodSeconds: 5, failureThreshold: 360 },
  readinessProbe: { httpGet: { path: '/health', port }, periodSeconds: 5 },
});

/** Through the socket of its own node; gateways elsewhere ask over https. */
const asksNextDoor = ({ control }: ClusterFile): boolean => control?.agents?.some(({ address }) => address.startsWith('unix:')) ?? false;

const containerOf = (image: string, port: number, nextDoor: boolean) => ({
  name: 'gateway',
  image,
  command: ['voltana'],
  args: ['serve', '--no-tui', '--cluster', `${FOLDER}/cluster.json`],
  ports: [{ name: 'http', containerPort: port }],
  resources: { requests: { cpu: '1', memory: '512Mi' }, limits: { memory: '2Gi' } },
  ...probesOf(port),
  securityContext: { ...UNPRIVILEGED, runAsNonRoot: true, runAsUser: NOBODY, readOnlyRootFilesystem: true },
  volumeMounts: [
    { name: 'cluster', mountPath: FOLDER, readOnly: true },
    { name: 'tmp', mountPath: '/tmp' },
    ...(nextDoor ? [{ name: 'agent', mountPath: SOCKET_FOLDER, readOnly: true }] : []),
  ],
});

const podOf = (name: string, image: string, port: number, drainTimeoutS: number, nextDoor: boolean) => ({
  serviceAccountName: name,
  automountServiceAccountToken: false,
  // Streams under way come to their end first.
  terminationGracePeriodSeconds: drainTimeoutS + 10,
  securityContext: { seccompProfile: { type: 'RuntimeDefault' }, ...(nextDoor ? { supplementalGroups: [SOCKET_GROUP] } : {}) },
  containers: [containerOf(image, port, nextDoor)],
  volumes: [
    { name: 'cluster', configMap: { name } },
    { name: 'tmp', emptyDir: {} },
    ...(nextDoor ? [{ name: 'agent', hostPath: { path: SOCKET_FOLDER, type: 'DirectoryOrCreate' } }] : []),
  ],
});

const DRAIN_S = 30;

/**
 * A gateway inside of the cluster: its address, what it is told, and an account without any permission: it asks engines,
 * and nothing of Kubernetes. One pod, for its clock decisions have one owner. Pure.
 */
export const gatewayManifests = (attached: ClusterFile, image: string, settings: KubernetesSettings): Manifest[] => {
  const name = kubernetesName(attached.name, 'gateway');
  const labels = labelsOf(attached.name, 'gateway');
  const metadata = metadataOf(name, settings, labels);
  const { port = GATEWAY_PORT, drainTimeoutS = DRAIN_S } = attached.gateway;
  const spec = podOf(name, image, port, Math.ceil(drainTimeoutS), asksNextDoor(attached));
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'cluster.json': `${JSON.stringify(attached, null, 2)}\n` } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ name: 'http', port, targetPort: port }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        strategy: { type: 'Recreate' },
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    },
  ];
};
