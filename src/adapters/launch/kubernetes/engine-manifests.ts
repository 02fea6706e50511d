import type { EngineProcess } from '../../../ports/launcher.ts';
import { labelsOf, metadataOf, DEFAULT_GPU_RESOURCE, UNPRIVILEGED, type KubernetesSettings, type Manifest } from './settings.ts';
import type { Workload } from './workloads.ts';

const FILES_FOLDER = '/etc/voltana/engine';
/** Weights of hundreds of gigabytes take their time: half an hour. */
const STARTUP_PERIOD_S = 10;
const STARTUP_CHECKS = 180;

const fileKey = (index: number): string => `file-${index}`;

const filesOf = (name: string, { files }: EngineProcess, settings: KubernetesSettings, labels: Record<string, string>): Manifest[] => {
  if (files.length === 0) return [];
  const data = Object.fromEntries(files.map(({ text }, index) => [fileKey(index), text]));
  return [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(name, settings, labels), data }];
};

/** Names of pods come from a service without an address of its own; engines look each other up before they are ready. */
const serviceOf = (workload: Workload, settings: KubernetesSettings, labels: Record<string, string>, selector: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadataOf(workload.name, settings, labels),
  spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector, ports: servicePorts(workload.engine) },
});

const portName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 15)
    .replace(/^-+|-+$/g, '');

const servicePorts = ({ ports }: EngineProcess) =>
  Object.entries(ports).map(([name, port]) => ({ name: portName(name), port, targetPort: port }));

const probes = ({ endpoints }: EngineProcess) => {
  const port = Number(new URL(endpoints.url).port);
  const httpGet = { path: '/health', port };
  return {
    startupProbe: { httpGet, periodSeconds: STARTUP_PERIOD_S, timeoutSeconds: 5, failureThreshold: STARTUP_CHECKS },
    readinessProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
    livenessProbe: { httpGet, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 },
  };
};

const environment = ({ env }: EngineProcess) => [
  // First: the others may speak of it.
  { name: 'VOLTANA_HOST', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  ...Object.entries(env).map(([name, value]) => ({ name, value })),
];

const volumeName = (index: number): string => `volume-${index}`;

const containerOf = (
  engine: EngineProcess,
  { image, gpuResource = DEFAULT_GPU_RESOURCE, secrets = [], volumes = [], capabilities = [] }: KubernetesSettings,
) => ({
  name: 'engine',
  image,
  command: [engine.program],
  args: engine.args,
  env: environment(engine),
  ...(secrets.length === 0 ? {} : { envFrom: secrets.map((name) => ({ secretRef: { name } })) }),
  ports: Object.entries(engine.ports).map(([name, containerPort]) => ({ name: portName(name), containerPort })),
  resources: { limits: { [gpuResource]: engine.gpus.length } },
  ...probes(engine),
  securityContext:
    capabilities.length === 0 ? UNPRIVILEGED : { ...UNPRIVILEGED, capabilities: { ...UNPRIVILEGED.capabilities, add: capabilities } },
  ...(engine.files.length === 0 ? {} : { workingDir: FILES_FOLDER }),
  volumeMounts: [
    { name: 'shm', mountPath: '/dev/shm' },
    ...(engine.files.length === 0 ? [] : [{ name: 'files', mountPath: FILES_FOLDER, readOnly: true }]),
    ...volumes.map(({ mountPath, readOnly = false }, index) => ({ name: volumeName(index), mountPath, readOnly })),
  ],
});

const volumesOf = ({ name, engine: { files } }: Workload, { volumes = [] }: KubernetesSettings) => [
  // The ranks of one engine talk through shared memory, and the usual 64 MiB are too little.
  { name: 'shm', emptyDir: { medium: 'Memory' } },
  ...(files.length === 0
    ? []
    : [{ name: 'files', configMap: { name, items: files.map(({ path }, index) => ({ key: fileKey(index), path })) } }]),
  ...volumes.map(({ claim, hostPath }, index) => ({
    name: volumeName(index),
    ...(claim === undefined ? { hostPath: { path: hostPath } } : { persistentVolumeClaim: { claimName: claim } }),
  })),
];

/** Nodes with GPUs are often closed to pods that ask for none. */
const tolerationsOf = ({ gpuResource = DEFAULT_GPU_RESOURCE, tolerations = [] }: KubernetesSettings) => [
  { key: gpuResource, operator: 'Exists', effect: 'NoSchedule' },
  ...tolerations,
];

const placeOf = ({ engine: { node } }: Workload, { nodeSelector }: KubernetesSettings) => {
  const selector = { ...nodeSelector, ...(node === undefined ? {} : { 'kubernetes.io/hostname': node }) };
  return Object.keys(selector).length === 0 ? {} : { nodeSelector: selector };
};

const annotationsOf = ({ engine: { endpoints, role } }: Workload) =>
  role === 'prefill' && endpoints.bootstrapPort !== undefined
    ? { annotations: { 'sglang.ai/bootstrap-port': String(endpoints.bootstrapPort) } }
    : {};

const podSpecOf = (workload: Workload, settings: KubernetesSettings) => ({
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 30,
  securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
  ...placeOf(workload, settings),
  tolerations: tolerationsOf(settings),
  containers: [containerOf(workload.engine, settings)],
  volumes: volumesOf(workload, settings),
});

/** One kind of engines: a set of pods, their names, their files. Pure. */
export const engineManifests = (
  cluster: string,
  workload: Workload,
  settings: KubernetesSettings,
  extra: Record<string, string>,
): Manifest[] => {
  const { name, engine, ids } = workload;
  const selector = { ...labelsOf(cluster, engine.role), 'voltana/set': name };
  const labels = { ...selector, ...extra };
  return [
    ...filesOf(name, engine, settings, labels),
    serviceOf(workload, settings, labels, selector),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: metadataOf(name, settings, labels),
      spec: {
        serviceName: name,
        replicas: ids.length,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: selector },
        template: { metadata: { labels, ...annotationsOf(workload) }, spec: podSpecOf(workload, settings) },
      },
    },
  ];
};
