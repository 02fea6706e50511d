import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { DaemonSet, Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { ConfigMap, Service, ServiceAccount } from 'kubernetes-models/v1';
import { parseAllDocuments, parseDocument } from 'yaml';
import {
  createKubernetesLauncher,
  engineObjects,
  gatewayObjects,
  type KubernetesOptions,
} from '../../../../../src/adapters/launch/kubernetes/kubernetes-launcher.ts';
import type { Manifest } from '../../../../../src/adapters/launch/kubernetes/settings.ts';
import { parseClusterFile } from '../../../../../src/config/cluster-file.ts';
import type { ClusterFile } from '../../../../../src/domain/cluster.ts';
import type { EngineProcess } from '../../../../../src/ports/launcher.ts';
import { validator } from '../../../../fixtures/schemas.ts';

const processOf = (id: string, role: 'prefill' | 'decode', more: Partial<EngineProcess> = {}): EngineProcess => ({
  id,
  role,
  gpus: ['0', '1'],
  program: 'python3',
  args: ['-m', 'engine', '--host', '127.0.0.1', '--literal', '$(id)'],
  env: { CUDA_VISIBLE_DEVICES: '0,1', SIDE_HOST: '127.0.0.1' },
  files: [{ path: 'conf/worker.yaml', text: 'a: 1\n' }],
  ports: { http: 30_000, bootstrap: 8998 },
  endpoints: { url: 'http://127.0.0.1:30000', ...(role === 'prefill' ? { bootstrapHost: '127.0.0.1', bootstrapPort: 8998 } : {}) },
  ...more,
});
const processes = [processOf('p0', 'prefill'), processOf('p1', 'prefill'), processOf('d0', 'decode')];
const cluster = {
  schemaVersion: 1,
  kind: 'cluster',
  name: 'my.cluster-1',
  gpu: 'h100-sxm5-80gb',
  model: 'llama-3.1-8b',
  tp: 2,
  slo: { ttftMs: 1000, itlMs: 50 },
  engine: { kind: 'sglang' },
  launcher: { kind: 'kubernetes', kubernetes: { image: 'engine:1' } },
  instances: processes.map(({ id, role }, index) => ({ id, role, gpus: [`${2 * index}`, `${2 * index + 1}`] })),
  gateway: { host: '127.0.0.1' },
} satisfies ClusterFile;
const options = (more: Partial<KubernetesOptions> = {}): KubernetesOptions => ({
  cluster,
  processes,
  settings: { namespace: 'llm', image: 'engine:1', gatewayImage: 'voltana:1', nodeSelector: { pool: 'gpu' } },
  whenReady: (instance) => Promise.resolve(instance),
  ...more,
});

/** What the API's own types would only hide behind a hundred question marks. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any;
const MODELS = { StatefulSet, Deployment, DaemonSet, Service, ConfigMap, ServiceAccount } as const;
const all = (): Manifest[] => [...engineObjects(options(), { 'voltana/run': 'r1' }), ...gatewayObjects(options())];
const named = (manifests: readonly Manifest[], kind: string): Record<string, Loose> =>
  Object.fromEntries(manifests.filter((one) => one.kind === kind).map((one) => [one.metadata.name, one]));

/** Every key that the API's types know: what a schema that allows further keys cannot tell. */
const knownKeys = (): Set<string> => {
  const models = fileURLToPath(new URL('../../../../../node_modules/kubernetes-models', import.meta.url));
  const folders = [
    join(models, 'v1'),
    join(models, 'apps', 'v1'),
    join(models, '..', '@kubernetes-models', 'apimachinery', 'apis', 'meta', 'v1'),
  ];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.d.ts'))
      .map((name) => join(folder, name)),
  );
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(/^\s*"?(\w+)"?\??:/gm)].map(([, key]) => key!)));
};
/** Below these the keys are the user's. */
const FREE = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector', 'data', 'limits', 'requests']);
const keysOf = (value: unknown, free = false): string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(free ? [] : [key]), ...keysOf(inner, FREE.has(key))]);
};

describe('Kubernetes manifests', () => {
  for (const manifest of all()) {
    it(`${manifest.kind} ${manifest.metadata.name} is one that Kubernetes’ published schema takes`, () => {
      const Model = MODELS[manifest.kind as keyof typeof MODELS];
      new Model(manifest).validate();
      expect(() => new Model({ ...manifest, metadata: { name: 1 } } as never).validate()).to.throw();
    });
  }

  it('spells no key that the API does not know', () => {
    const known = knownKeys();
    expect(known.has('publishNotReadyAddresses')).to.equal(true);
    const services = new Set(Object.values(named(all(), 'Service')).flatMap(({ spec }) => Object.keys(spec.selector as object)));
    expect(keysOf(all()).filter((key) => !known.has(key) && !services.has(key))).to.deep.equal([]);
  });

  it('engines that are alike are one set of pods, with GPUs, files, probes and their own address', () => {
    const sets = named(engineObjects(options()), 'StatefulSet');
    expect(Object.keys(sets)).to.deep.equal(['my-cluster-1-prefill', 'my-cluster-1-decode']);
    const { spec } = sets['my-cluster-1-prefill'];
    expect(spec).to.include({ replicas: 2, serviceName: 'my-cluster-1-prefill' });
    expect(spec.template.metadata.labels).to.include(spec.selector.matchLabels);
    expect(spec.template.metadata.annotations).to.deep.equal({ 'sglang.ai/bootstrap-port': '8998' });
    expect(spec.template.spec.nodeSelector).to.deep.equal({ pool: 'gpu' });
    const [engine] = spec.template.spec.containers;
    expect(engine.resources.limits).to.deep.equal({ 'nvidia.com/gpu': 2 });
    expect(engine.args).to.deep.equal(['-m', 'engine', '--host', '$(VOLTANA_HOST)', '--literal', '$$(id)']);
    expect(engine.env.map(({ name, value }: { name: string; value?: string }) => [name, value])).to.deep.equal([
      ['VOLTANA_HOST', undefined],
      ['SIDE_HOST', '$(VOLTANA_HOST)'],
    ]);
    expect(engine.startupProbe.httpGet).to.deep.equal({ path: '/health', port: 30_000 });
    const [config] = Object.values(named(engineObjects(options()), 'ConfigMap'));
    expect(Object.values(config.data as object)).to.deep.equal(['a: 1\n']);
  });

  it('engines get the secrets, volumes and capabilities that they are to have, and run on nodes that are closed to others', () => {
    const settings = {
      image: 'engine:1',
      tolerations: [{ key: 'team', operator: 'Equal', value: 'llm', effect: 'NoSchedule' }] as const,
      secrets: ['hugging-face'],
      volumes: [
        { claim: 'weights', mountPath: '/models', readOnly: true },
        { hostPath: '/cache', mountPath: '/cache' },
      ],
      capabilities: ['IPC_LOCK'],
    };
    const sets = engineObjects(options({ settings })).filter(({ kind }) => kind === 'StatefulSet');
    for (const set of sets) new StatefulSet(set).validate();
    const { spec } = (sets[0] as Loose).spec.template;
    expect(spec.tolerations).to.deep.equal([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }, settings.tolerations[0]]);
    const [engine] = spec.containers;
    expect(engine.envFrom).to.deep.equal([{ secretRef: { name: 'hugging-face' } }]);
    expect(engine.securityContext).to.deep.equal({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['IPC_LOCK'] } });
    expect(engine.volumeMounts.map(({ name }: Loose) => name)).to.have.members(spec.volumes.map(({ name }: Loose) => name));
    expect(spec.volumes).to.deep.include.members([
      { name: 'volume-0', persistentVolumeClaim: { claimName: 'weights' } },
      { name: 'volume-1', hostPath: { path: '/cache' } },
    ]);
  });

  it('engines that differ are sets of their own, and one with a node stays there', () => {
    const two = [processOf('p0', 'prefill'), processOf('p1', 'prefill', { node: 'node-b' }), processOf('d0', 'decode')];
    const sets = named(engineObjects(options({ processes: two })), 'StatefulSet');
    expect(Object.keys(sets)).to.deep.equal(['my-cluster-1-p0', 'my-cluster-1-p1', 'my-cluster-1-decode']);
    expect(sets['my-cluster-1-p1'].spec.template.spec.nodeSelector).to.deep.equal({ pool: 'gpu', 'kubernetes.io/hostname': 'node-b' });
  });

  it('the gateway is told a cluster file that holds, with the pods as they will be called', () => {
    const [config] = Object.values(named(gatewayObjects(options()), 'ConfigMap'));
    const told = parseClusterFile(config.data['cluster.json'] as string, 'cluster.json');
    expect(told.launcher).to.deep.equal({ kind: 'attach' });
    expect(told.instances.map(({ id, url, bootstrapPort }) => [id, url, bootstrapPort])).to.deep.equal([
      ['p0', 'http://my-cluster-1-prefill-0.my-cluster-1-prefill.llm.svc:30000', 8998],
      ['p1', 'http://my-cluster-1-prefill-1.my-cluster-1-prefill.llm.svc:30000', 8998],
      ['d0', 'http://my-cluster-1-decode-0.my-cluster-1-decode.llm.svc:30000', undefined],
    ]);
  });

  it('the agent asks for no GPU, and nobody gets a token of the API', () => {
    const [agent] = Object.values(named(gatewayObjects(options()), 'DaemonSet'));
    expect(JSON.stringify(agent.spec.template.spec.containers[0].resources)).to.not.include('gpu');
    for (const { spec, kind } of all() as { kind: string; spec?: Loose }[]) {
      if (['StatefulSet', 'Deployment', 'DaemonSet'].includes(kind))
        expect(spec.template.spec.automountServiceAccountToken).to.equal(false);
    }
    expect(all().some(({ kind }) => /Role/.test(kind))).to.equal(false);
  });

  it('an agent runs only where the node has opted in, sees whose processes are on a GPU, and keeps its journal on the host', () => {
    const settings = { image: 'engine:1', gatewayImage: 'voltana:1', gpuResource: 'amd.com/gpu', nodeSelector: { pool: 'gpu' } };
    const { spec } = Object.values(named(gatewayObjects(options({ settings })), 'DaemonSet'))[0].spec.template;
    expect(spec.nodeSelector).to.deep.equal({ pool: 'gpu', 'voltana/agent': 'true' });
    expect(spec).to.deep.include({ hostPID: true, tolerations: [{ key: 'amd.com/gpu', operator: 'Exists' }] });
    const hostPaths = spec.volumes.flatMap(({ hostPath }: Loose) => (hostPath === undefined ? [] : [hostPath.path]));
    expect(hostPaths).to.include.members(['/var/lib/voltana', '/run/voltana']);
    const mounted = spec.containers[0].volumeMounts.map(({ name }: Loose) => name);
    expect(mounted).to.have.members(spec.volumes.map(({ name }: Loose) => name));
  });

  it('its configuration is one that the agent takes', () => {
    const configs = Object.values(named(gatewayObjects(options()), 'ConfigMap')).filter(({ data }) => 'agent.yaml' in data);
    const validate = validator('agent');
    expect(configs).to.have.length(1);
    for (const { data } of configs)
      expect(validate(parseDocument(data['agent.yaml']).toJS()), JSON.stringify(validate.errors)).to.equal(true);
  });

  it('a gateway shares the socket of its node, and its group, only when an agent is named by it', () => {
    const pod = (agents: { address: string }[]) =>
      Object.values(named(gatewayObjects(options({ cluster: { ...cluster, control: { agents } } })), 'Deployment'))[0].spec.template.spec;
    const near = pod([{ address: 'unix:/run/voltana/agent.sock' }]);
    expect(JSON.stringify(near.volumes)).to.include('/run/voltana');
    expect(near.securityContext.supplementalGroups).to.have.length(1);
    const far = pod([{ address: 'https://node-7:7411' }]);
    expect(JSON.stringify(far)).to.not.include('hostPath');
    expect(far.securityContext).to.not.have.property('supplementalGroups');
  });

  it('without an image for it there is no gateway', () => {
    expect(gatewayObjects(options({ settings: { image: 'engine:1' } }))).to.deep.equal([]);
  });

  it('the plan holds every manifest as YAML that reads back', () => {
    const steps = createKubernetesLauncher(options()).plan();
    const read = steps.slice(1).flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
    expect(read).to.deep.equal(
      JSON.parse(JSON.stringify([...engineObjects(options(), { 'voltana/run': 'RUN' }), ...gatewayObjects(options())])),
    );
    expect(steps[0]!.text).to.include('delete statefulset,service,configmap --selector voltana/run=RUN');
  });
});
