import type { LauncherSettings } from '../../../domain/cluster.ts';

export type KubernetesSettings = NonNullable<LauncherSettings['kubernetes']>;

/** One object of the Kubernetes API. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [key: string]: unknown;
}

export const DEFAULT_NAMESPACE = 'default';
export const DEFAULT_GPU_RESOURCE = 'nvidia.com/gpu';
export const RUN_LABEL = 'voltana/run';

/** Everywhere but in selectors, which must not move with the run. */
export const labelsOf = (cluster: string, component: string): Record<string, string> => ({
  'app.kubernetes.io/name': 'voltana',
  'app.kubernetes.io/instance': cluster,
  'app.kubernetes.io/component': component,
  'app.kubernetes.io/managed-by': 'voltana',
});

export const metadataOf = (name: string, { namespace = DEFAULT_NAMESPACE }: KubernetesSettings, labels: Record<string, string>) => ({
  name,
  namespace,
  labels,
});

/** What a process that asks nothing of Kubernetes and of its node may do: nothing. */
export const UNPRIVILEGED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};
