import type { ClusterFile, ClusterInstance, LauncherKind } from '../../domain/cluster.ts';
import type { Check } from '../../domain/diagnosis.ts';
import type { DeviceInfo } from '../../domain/device.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import { askAgent, skewCheck } from './agent.ts';
import { attempt, failure, failureOf, ok, skipped, warning, type CheckId } from './check.ts';
import type { AskedCluster } from './ports.ts';

/** For an engine that runs already: it is asked whether it is ready, not waited for. */
const ANSWER_TIMEOUT_MS = 3000;
const LOOPBACK = '127.0.0.1';

/** An instance as its engine's monitor asks it; an aggregated one plays both roles and is asked as the one that answers clients. */
const launchedOf = ({ id, role, gpus, url, bootstrapPort }: ClusterInstance): LaunchedInstance => ({
  id,
  role: role === 'aggregated' ? 'decode' : role,
  gpuCount: gpus.length,
  endpoints: { url: url!, ...(bootstrapPort === undefined ? {} : { bootstrapPort }) },
});

/** Healthy, of the role that the file says, and with its model. */
async function engineCheck({ cluster, monitor }: AskedCluster, instance: ClusterInstance, signal: AbortSignal): Promise<Check> {
  const id = 'cluster.engine';
  return attempt(id, async () => {
    if (instance.role === 'aggregated') {
      if (await monitor.healthy(launchedOf(instance))) return ok(id, `${instance.id} at ${instance.url!} is healthy`);
      return failure(id, `${instance.id} at ${instance.url!} does not answer`, 'Look at its log, and whether the address is right.', 5);
    }
    await monitor.ready(launchedOf(instance), { timeoutMs: ANSWER_TIMEOUT_MS, signal });
    return ok(id, `${instance.id} at ${instance.url!} is ready: ${instance.role}, ${cluster.engine.servedModel ?? cluster.model}`);
  });
}

async function engineChecks(asked: AskedCluster, signal: AbortSignal): Promise<Check[]> {
  const { launcher, instances } = asked.cluster;
  if (launcher.kind !== 'attach') return [skipped('cluster.engine', `voltana serve starts the engines (${launcher.kind}); none is asked`)];
  if (launcher.discover) return [skipped('cluster.engine', 'engines are found by the labels of their pods when voltana serve starts')];
  const engines = await Promise.all(instances.map((instance) => engineCheck(asked, instance, signal)));
  const hosts = new Map(instances.map(({ url }) => [new URL(url!).hostname, url!]));
  const remote = [...hosts].filter(([host]) => host !== 'localhost' && !host.startsWith('127.'));
  const skews = await Promise.all(remote.map(async ([host, url]) => skewCheck('cluster.clock', host, await asked.skewMs(url))));
  return [...engines, ...skews];
}

/** Taken by our own gateway is as it should be while it serves. */
async function gatewayPortCheck({ cluster, assertPortFree, isGateway }: AskedCluster): Promise<Check> {
  const id = 'cluster.gateway-port';
  const { host, port = 0, tls } = cluster.gateway;
  if (port === 0) return ok(id, 'the gateway takes any free port');
  const url = `${tls ? 'https' : 'http'}://${host === '0.0.0.0' ? LOOPBACK : host}:${port}`;
  return attempt(id, async () => {
    if (await isGateway(url)) return ok(id, `a voltana gateway serves at ${url}`);
    await assertPortFree(host, port);
    return ok(id, `port ${port} on ${host} is free for the gateway`);
  });
}

const portsOf = ({ port, bootstrapPort, sidePort, controlPort }: ClusterInstance): number[] =>
  [port, bootstrapPort, sidePort, controlPort].filter((one) => one !== undefined && one !== 0) as number[];

/** Of engines that will be started on this machine. */
async function enginePortChecks({ cluster, assertPortFree }: AskedCluster): Promise<Check[]> {
  if (cluster.launcher.kind !== 'local') return [];
  const id = 'cluster.engine-ports';
  const named = cluster.instances.flatMap((instance) => portsOf(instance).map((port) => ({ instance, port })));
  if (named.length === 0) return [ok(id, 'engines take free ports')];
  const checks = await Promise.all(
    named.map(({ instance, port }) =>
      attempt(id, async () => {
        await assertPortFree(LOOPBACK, port);
        return ok(id, `port ${port} is free for ${instance.id}`);
      }),
    ),
  );
  const wrong = checks.filter(({ status }) => status !== 'ok');
  return wrong.length > 0 ? wrong : [ok(id, `${named.length} ports are free for the engines`)];
}

const PROGRAMS: Readonly<Partial<Record<LauncherKind, string>>> = { ssh: 'ssh', slurm: 'srun', kubernetes: 'kubectl' };

async function programCheck({ cluster, hasProgram }: AskedCluster): Promise<Check[]> {
  const program = PROGRAMS[cluster.launcher.kind];
  if (program === undefined) return [];
  const id = 'cluster.program';
  if (await hasProgram(program)) return [ok(id, `${program} is there for launcher ${cluster.launcher.kind}`)];
  return [failure(id, `launcher ${cluster.launcher.kind} needs ${program}, and it is not on the PATH`, `Install ${program} here.`, 3)];
}

const readable = (id: CheckId, what: string, work: () => Promise<void>): Promise<Check> =>
  attempt(id, async () => {
    await work();
    return ok(id, `${what} can be read`);
  });

function secretChecks({ cluster, checkKeys, checkCertificate }: AskedCluster): Promise<Check[]> {
  const { apiKeysFile, tls, host } = cluster.gateway;
  const checks: Promise<Check>[] = [];
  if (apiKeysFile !== undefined) checks.push(readable('cluster.keys', apiKeysFile, checkKeys));
  else if (host !== 'localhost' && !host.startsWith('127.')) {
    const text = `the gateway listens on ${host} and asks nobody for a key`;
    checks.push(Promise.resolve(warning('cluster.keys', text, 'Set gateway.apiKeysFile in the cluster file.')));
  }
  if (tls !== undefined) checks.push(readable('cluster.certificate', tls.certFile, checkCertificate));
  return Promise.all(checks);
}

/** Of a cluster on this machine: whether the GPUs that it names are there. */
function gpuChecks({ cluster }: AskedCluster, devices: readonly DeviceInfo[]): Check[] {
  const here = cluster.instances.filter(({ node }) => node === undefined);
  const local = ['local', 'attach'].includes(cluster.launcher.kind) && cluster.engine.kind !== 'emulated';
  if (!local || here.length === 0 || devices.length === 0) return [];
  const known = devices.flatMap(({ id, index, pciAddress }) => [id, String(index), pciAddress ?? id]);
  const missing = here.flatMap(({ id, gpus }) =>
    gpus.filter((gpu) => !known.some((name) => name === gpu || (gpu.length >= 8 && name.startsWith(gpu)))).map((gpu) => `${gpu} (${id})`),
  );
  if (missing.length === 0) return [ok('cluster.gpus', 'the GPUs that it names are on this machine')];
  const fix = 'Name them as above, by number or id; instances elsewhere need their node.';
  return [failure('cluster.gpus', `it names GPUs that are not here: ${missing.join(', ')}`, fix, 3)];
}

/** Without an agent, clocks of real GPUs stay as they are. */
async function agentChecks({ cluster, agents }: AskedCluster): Promise<Check[]> {
  const id = 'cluster.agent';
  if (cluster.engine.kind === 'emulated') return [skipped(id, 'emulated GPUs need no agent')];
  if (agents.length === 0)
    return [warning(id, 'no agent is named: clocks stay as they are, and joules are not counted', 'Name one per node in control.agents.')];
  return Promise.all(
    agents.map(async (agent) => {
      const { status, problem } = await askAgent(agent);
      if (status === null) return failureOf(id, problem);
      const text = `the agent of ${agent.node} answers at ${agent.address}`;
      return status.draining ? warning(id, `${text}, and has been drained`, 'sudo voltana clocks restore --resume there') : ok(id, text);
    }),
  );
}

const agentClocks = ({ agents }: AskedCluster): Promise<Check[]> =>
  Promise.all(agents.filter(({ remote }) => remote).map(async (agent) => skewCheck('cluster.clock', agent.node, await agent.skewMs())));

/** Whether what a cluster file says is so. */
export async function clusterChecks(asked: AskedCluster, devices: readonly DeviceInfo[], signal: AbortSignal): Promise<Check[]> {
  const { name, instances, launcher }: ClusterFile = asked.cluster;
  const asking = [
    engineChecks(asked, signal),
    gatewayPortCheck(asked).then((check) => [check]),
    enginePortChecks(asked),
    programCheck(asked),
    secretChecks(asked),
    agentChecks(asked),
    agentClocks(asked),
  ];
  const found = await Promise.all(asking);
  return [
    ok('cluster.file', `${name}: ${instances.length} instances, launcher ${launcher.kind}`),
    ...gpuChecks(asked, devices),
    ...found.flat(),
  ];
}
