import type { LauncherSettings } from '../../../domain/cluster.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { EngineRole } from '../../../domain/instance.ts';
import type { KnownEngine } from '../engine-instances.ts';
import { gpusOf, isReady, nameOf, type Pod } from '../kubernetes/pods.ts';

export type DiscoverSettings = NonNullable<LauncherSettings['discover']>;

/** What marks pods of a deployer, and what they say of themselves. */
interface Marks {
  /** Of all its engine pods; empty where it has no label of its own. */
  readonly selector: string;
  readonly port: number;
  roleOf(pod: Pod): EngineRole | null;
}

const BOOTSTRAP_ANNOTATION = 'sglang.ai/bootstrap-port';
const SGLANG_BOOTSTRAP_PORT = 8998;
const HTTP_PORT_NAMES = new Set(['http', 'api', 'serving']);

const byLabel =
  (label: string, roles: Readonly<Record<string, EngineRole>>) =>
  ({ metadata }: Pod): EngineRole | null =>
    roles[metadata?.labels?.[label] ?? ''] ?? null;

/** Labels of reference/protocols: SGLang's own router is told selectors and has no label; llm-d and Dynamo have theirs. */
const MARKS: Readonly<Record<DiscoverSettings['by'], Marks>> = {
  sglang: { selector: '', port: 30_000, roleOf: () => null },
  'llm-d': {
    selector: 'llm-d.ai/role',
    port: 8000,
    roleOf: byLabel('llm-d.ai/role', { prefill: 'prefill', decode: 'decode', 'prefill-decode': 'aggregated', both: 'aggregated' }),
  },
  dynamo: {
    selector: 'nvidia.com/dynamo-component-type',
    port: 8000,
    roleOf: byLabel('nvidia.com/dynamo-component-type', { prefill: 'prefill', decode: 'decode', worker: 'aggregated' }),
  },
};

/** One question to Kubernetes: a selector, and the role of what it finds where the settings say it. */
export interface Query {
  readonly selector: string;
  readonly role: EngineRole | null;
}

export const queriesOf = ({ by, prefillSelector, decodeSelector }: DiscoverSettings): Query[] => {
  if (prefillSelector === undefined && decodeSelector === undefined) return [{ selector: MARKS[by].selector, role: null }];
  return [
    ...(prefillSelector === undefined ? [] : [{ selector: prefillSelector, role: 'prefill' as const }]),
    ...(decodeSelector === undefined ? [] : [{ selector: decodeSelector, role: 'decode' as const }]),
  ];
};

const portOf = ({ spec }: Pod, usual: number): number => {
  const ports = (spec?.containers ?? []).flatMap(({ ports: some = [] }) => some);
  const named = ports.find(({ name = '' }) => HTTP_PORT_NAMES.has(name));
  return (named ?? ports[0])?.containerPort ?? usual;
};

const bootstrapOf = (pod: Pod, role: EngineRole, { by }: DiscoverSettings, host: string): object => {
  const annotation = pod.metadata?.annotations?.[BOOTSTRAP_ANNOTATION];
  const port = Number(annotation ?? (by === 'sglang' ? SGLANG_BOOTSTRAP_PORT : NaN));
  return role === 'prefill' && Number.isInteger(port) ? { bootstrapHost: host, bootstrapPort: port } : {};
};

const engineOf = (pod: Pod, role: EngineRole, settings: DiscoverSettings): KnownEngine => {
  const address = pod.status?.podIP ?? '';
  const host = address.includes(':') ? `[${address}]` : address;
  const port = settings.port ?? portOf(pod, MARKS[settings.by].port);
  return {
    id: nameOf(pod),
    role,
    gpuCount: gpusOf(pod),
    endpoints: { url: `http://${host}:${port}`, ...bootstrapOf(pod, role, settings, host) },
  };
};

/** The engines among the pods that a query found, those that are ready. */
export const enginesAmong = (pods: readonly Pod[], { role }: Query, settings: DiscoverSettings): KnownEngine[] =>
  pods.filter(isReady).flatMap((pod) => {
    const own = role ?? MARKS[settings.by].roleOf(pod);
    return own === null ? [] : [engineOf(pod, own, settings)];
  });

/** A worker beside prefill engines does the other half; without them it does both. */
export const withHalves = (engines: readonly KnownEngine[]): KnownEngine[] => {
  const halves = engines.some(({ role }) => role === 'prefill');
  return engines
    .map((engine) => (halves && engine.role === 'aggregated' ? { ...engine, role: 'decode' as const } : engine))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
};

/** @throws VoltanaError PROCESS_FAILED for engines that no request could be served by */
export const assertServable = (engines: readonly KnownEngine[], queries: readonly Query[]): void => {
  const has = (role: EngineRole): boolean => engines.some((engine) => engine.role === role);
  if (has('aggregated') || (has('prefill') && has('decode'))) return;
  const asked = queries.map(({ selector }) => `"${selector}"`).join(' and ');
  const missing = (['prefill', 'decode'] as const).filter((role) => !has(role)).join(' and no ');
  throw new VoltanaError('PROCESS_FAILED', `there is no ${missing} engine among the ready pods with the labels ${asked}`, {
    hint: 'Check launcher.discover: its namespace, context and selectors; "kubectl get pods --show-labels" shows what there is.',
  });
};
