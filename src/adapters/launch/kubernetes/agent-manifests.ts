import { kubernetesName } from './names.ts';
import { labelsOf, metadataOf, type KubernetesSettings, type Manifest } from './settings.ts';

/** A GPU asked for would be one that no engine gets; without asking, the runtime shows all when told so. */
const SEES_ALL_GPUS = [
  { name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' },
  { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'utility' },
];

/** Only it may touch the clocks of its node's GPUs: the driver asks for an administrator of the device files. */
const containerOf = (image: string) => ({
  name: 'agent',
  image,
  command: ['voltana'],
  args: ['agent'],
  env: [...SEES_ALL_GPUS, { name: 'VOLTANA_NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
  securityContext: { privileged: true, readOnlyRootFilesystem: true },
  volumeMounts: [{ name: 'state', mountPath: '/var/lib/voltana' }],
});

/** What survives the agent: which clocks it had locked, so that the next one gives them back first. */
const STATE = { name: 'state', hostPath: { path: '/var/lib/voltana', type: 'DirectoryOrCreate' } };

/** One agent on each node of the cluster's engines; it requests no GPU. Pure. */
export const agentManifests = (cluster: string, image: string, settings: KubernetesSettings): Manifest[] => {
  const name = kubernetesName(cluster, 'agent');
  const labels = labelsOf(cluster, 'agent');
  const metadata = metadataOf(name, settings, labels);
  const spec = {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    ...(settings.nodeSelector === undefined ? {} : { nodeSelector: settings.nodeSelector }),
    tolerations: [{ key: settings.gpuResource ?? 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    containers: [containerOf(image)],
    volumes: [STATE],
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  ];
};
