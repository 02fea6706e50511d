import type { ClusterFile, ClusterInstance, LauncherKind } from '../domain/cluster.ts';

export interface LauncherProblem {
  readonly problem: string;
  readonly hint: string;
}

/** Parts of `launcher` that only one kind reads. */
const OWN_PARTS = { ssh: 'ssh', slurm: 'slurm', kubernetes: 'kubernetes', discover: 'attach' } as const satisfies Record<
  string,
  LauncherKind
>;

const strangers = ({ launcher }: ClusterFile): LauncherProblem[] =>
  Object.entries(OWN_PARTS)
    .filter(([part, kind]) => launcher[part as keyof typeof OWN_PARTS] !== undefined && launcher.kind !== kind)
    .map(([part, kind]) => ({
      problem: `launcher.${part} means nothing to launcher.kind ${launcher.kind}`,
      hint: `Remove launcher.${part}, or set launcher.kind to ${kind}.`,
    }));

const each = (
  { instances }: ClusterFile,
  wrong: (instance: ClusterInstance) => boolean,
  problem: (id: string) => string,
  hint: string,
): LauncherProblem[] => instances.filter(wrong).map(({ id }) => ({ problem: problem(id), hint }));

/** A node is a word of ssh's, Slurm's and Kubernetes' command lines: an option or a path would be read as one. */
const HOST_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/;

const nodeNames = (cluster: ClusterFile): LauncherProblem[] =>
  each(
    cluster,
    ({ node }) => node !== undefined && !HOST_NAME.test(node),
    (id) => `the node of instance "${id}" is no host name`,
    'Use letters, digits, dots and dashes, as in node-a.example.',
  );

const startedByUs = (cluster: ClusterFile): LauncherProblem[] =>
  each(
    cluster,
    ({ url }) => url !== undefined,
    (id) => `instance "${id}" has a url, but launcher.kind ${cluster.launcher.kind} starts it and knows where`,
    'Remove url, or set launcher.kind to attach for engines that run already.',
  );

const attach = (cluster: ClusterFile): LauncherProblem[] => {
  const { discover, workDir } = cluster.launcher;
  const folder = {
    problem: 'launcher.workDir means nothing to launcher.kind attach',
    hint: 'Remove launcher.workDir: nothing is started.',
  };
  const urls = each(
    cluster,
    ({ url }) => url === undefined,
    (id) => `instance "${id}" has no url, which launcher.kind attach needs`,
    'Give every instance the url where it listens, or let launcher.discover find them.',
  );
  const selectors = {
    problem: 'launcher.discover.by sglang needs prefillSelector and decodeSelector: SGLang has no label of its own',
    hint: 'Give both, as in prefillSelector: app=sglang,role=prefill.',
  };
  const { by, prefillSelector, decodeSelector } = discover ?? {};
  return [
    ...(workDir === undefined ? [] : [folder]),
    ...(discover === undefined ? urls : []),
    ...(by === 'sglang' && (prefillSelector === undefined || decodeSelector === undefined) ? [selectors] : []),
  ];
};

const local = (cluster: ClusterFile): LauncherProblem[] =>
  each(
    cluster,
    ({ node }) => node !== undefined,
    (id) => `instance "${id}" names a node, but launcher.kind local starts everything on this machine`,
    'Remove node, or set launcher.kind to ssh.',
  );

const ssh = (cluster: ClusterFile): LauncherProblem[] =>
  each(
    cluster,
    ({ node }) => node === undefined,
    (id) => `instance "${id}" names no node, which launcher.kind ssh needs`,
    'Give every instance the host name of its node, as ssh knows it.',
  );

const kubernetes = ({ launcher }: ClusterFile): LauncherProblem[] =>
  launcher.kubernetes?.image === undefined
    ? [
        {
          problem: 'launcher.kubernetes.image is missing: pods need the image of the engine',
          hint: 'Name one, as in image: lmsysorg/sglang:latest or vllm/vllm-openai:latest.',
        },
      ]
    : [];

const podVolumes = ({ launcher }: ClusterFile): LauncherProblem[] =>
  (launcher.kubernetes?.volumes ?? [])
    .filter(({ claim, hostPath }) => (claim === undefined) === (hostPath === undefined))
    .map(({ mountPath }) => ({
      problem: `the volume at ${mountPath} is neither a claim nor a hostPath, or both`,
      hint: 'Give it the name of a claim, or a folder of the node.',
    }));

const OWN: Readonly<Record<LauncherKind, (cluster: ClusterFile) => LauncherProblem[]>> = {
  local: (cluster) => [...local(cluster), ...startedByUs(cluster)],
  ssh: (cluster) => [...ssh(cluster), ...startedByUs(cluster)],
  slurm: startedByUs,
  kubernetes: (cluster) => [...kubernetes(cluster), ...podVolumes(cluster), ...startedByUs(cluster)],
  attach,
};

const emulated = ({ engine, launcher }: ClusterFile): LauncherProblem[] =>
  engine.kind === 'emulated' && launcher.kind !== 'local' && launcher.kind !== 'attach'
    ? [{ problem: `emulated engines are no engines for launcher.kind ${launcher.kind}`, hint: 'Set launcher.kind to local.' }]
    : [];

/** What of the launcher a schema cannot say. */
export const launcherProblems = (cluster: ClusterFile): readonly LauncherProblem[] => [
  ...strangers(cluster),
  ...emulated(cluster),
  ...OWN[cluster.launcher.kind](cluster),
  ...nodeNames(cluster),
];
