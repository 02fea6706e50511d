/** What is read of a pod: everything may be missing. */
export interface Pod {
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly containers?: readonly PodContainer[] };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type?: string; readonly status?: string; readonly message?: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface PodContainer {
  readonly ports?: readonly { readonly name?: string; readonly containerPort?: number }[];
  readonly resources?: { readonly limits?: Readonly<Record<string, string | number>> };
}

interface ContainerStatus {
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** @throws SyntaxError for what is no JSON */
export const podsOf = (json: string): readonly Pod[] => (JSON.parse(json) as { items?: readonly Pod[] }).items ?? [];

export const nameOf = ({ metadata }: Pod): string => metadata?.name ?? '';

export const isReady = ({ metadata, status }: Pod): boolean =>
  metadata?.deletionTimestamp === undefined &&
  status?.podIP !== undefined &&
  (status.conditions ?? []).some(({ type, status: holds }) => type === 'Ready' && holds === 'True');

/** What Kubernetes goes on trying in vain. */
const HOPELESS = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'CrashLoopBackOff',
]);

/** Why a pod will not become ready, null while it may. One that waits for a free GPU may. */
export const troubleOf = ({ status }: Pod): string | null => {
  for (const { state } of status?.containerStatuses ?? []) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (HOPELESS.has(reason)) return message === '' ? reason : `${reason}: ${message}`;
  }
  return status?.phase === 'Failed' ? 'it failed' : null;
};

/** GPUs of all vendors: resources named `.../gpu`. At least 1, for pods that share one. */
export const gpusOf = ({ spec }: Pod): number => {
  const limits = (spec?.containers ?? []).flatMap(({ resources }) => Object.entries(resources?.limits ?? {}));
  const counts = limits.filter(([name]) => name.endsWith('/gpu')).map(([, count]) => Number(count));
  return Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
};
