import { createAgentCustodian } from '../adapters/clocks/agent/custodian.ts';
import { createMonitor } from '../adapters/engines/monitors.ts';
import { readApiKeys } from '../adapters/gateway/api-keys.ts';
import { isGateway } from '../adapters/gateway/is-gateway.ts';
import { LIMITS } from '../adapters/gateway/limits.ts';
import { makeServer } from '../adapters/gateway/listen.ts';
import { headerFields } from '../adapters/host/document-header.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { hostFacts, ownerOf } from '../adapters/host/host-facts.ts';
import { clockSkewMs } from '../adapters/host/http-date.ts';
import { findManagers } from '../adapters/host/managers/find.ts';
import { assertPortFree } from '../adapters/host/ports.ts';
import { hasProgram } from '../adapters/host/programs.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import { AGENT_SOCKET } from '../domain/agent-wire.ts';
import type { AgentSettings, ClusterFile } from '../domain/cluster.ts';
import type { Diagnosis } from '../domain/diagnosis.ts';
import type { Devices } from '../ports/devices.ts';
import type { Time } from '../ports/time.ts';
import { diagnose } from '../runs/diagnosing/diagnose.ts';
import type { AskedAgent, AskedCluster } from '../runs/diagnosing/ports.ts';
import { Library } from '../runs/library.ts';
import { underSignals } from './signals.ts';

type Credentials = { readonly [Key in 'tokenFile' | 'caFile' | 'certFile' | 'keyFile']?: string | undefined };

export interface DoctorRequest {
  /** File or id. */
  readonly cluster?: string | undefined;
  readonly agent?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly nvmlLibrary?: string | undefined;
  /** Where this machine's files are: `/` unless told. */
  readonly root?: string | undefined;
  readonly watchMs: number;
}

const given = <T extends object>(values: T): { [Key in keyof T]?: NonNullable<T[Key]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: NonNullable<T[Key]> };

interface OpenedAgent {
  readonly agent: AskedAgent;
  close(): Promise<void>;
}

function openAgent({ address, ...credentials }: AgentSettings, named: boolean, time: Time): OpenedAgent {
  const custodian = createAgentCustodian({ address, ...given(credentials), time });
  const remote = address.startsWith('https:');
  const skewMs = (): Promise<number | null> => (remote ? clockSkewMs(address, credentials) : Promise.resolve(0));
  return { agent: { address, custodian, named, remote, skewMs }, close: () => custodian.close() };
}

/** Drivers are loaded when they are asked: a foreign library is nothing to start with. */
async function localDevices({ nvmlLibrary, root }: DoctorRequest): Promise<readonly Devices[]> {
  const { createAmdgpuDevices } = await import('../adapters/clocks/amdgpu/devices.ts');
  const { createCpufreqDevices } = await import('../adapters/clocks/cpufreq/devices.ts');
  const { createNvmlDevices } = await import('../adapters/clocks/nvml/devices.ts');
  const sysfs = given({ root });
  return [createNvmlDevices(given({ library: nvmlLibrary })), createAmdgpuDevices(sysfs), createCpufreqDevices(sysfs)];
}

interface OpenedCluster {
  readonly cluster: AskedCluster;
  close(): Promise<void>;
}

function openCluster(cluster: ClusterFile, time: Time): OpenedCluster {
  const monitor = createMonitor(cluster);
  const agents = (cluster.control?.agents ?? []).map((settings) => ({
    node: settings.node ?? 'this machine',
    ...openAgent(settings, true, time),
  }));
  const { apiKeysFile, tls } = cluster.gateway;
  return {
    cluster: {
      cluster,
      monitor,
      assertPortFree,
      isGateway,
      hasProgram: (name) => hasProgram(name),
      skewMs: (url) => clockSkewMs(url),
      checkKeys: async () => void (await readApiKeys(apiKeysFile!)),
      checkCertificate: async () => void (await makeServer(LIMITS, tls, () => undefined)),
      agents: agents.map(({ node, agent }) => ({ ...agent, node })),
    },
    close: async () => void (await Promise.all([monitor.close(), ...agents.map(({ close }) => close())])),
  };
}

/** Looks at this machine, an agent and a cluster, and changes none of them. */
export const runDoctor = (request: DoctorRequest, argv: readonly string[]): Promise<Diagnosis> =>
  underSignals('doctor', async (signal) => {
    const time = realTime();
    const library = new Library(shippedProfiles(fileStore()), fileStore());
    const file = request.cluster === undefined ? null : await library.cluster(request.cluster);
    const address = request.agent ?? `unix:${AGENT_SOCKET}`;
    const agent = openAgent({ address, ...given(request.credentials ?? {}) }, request.agent !== undefined, time);
    const cluster = file === null ? null : openCluster(file, time);
    try {
      const ports = {
        devices: await localDevices(request),
        agent: agent.agent,
        cluster: cluster?.cluster ?? null,
        managers: () => findManagers(given({ root: request.root })),
        facts: () => hostFacts(given({ root: request.root })),
        ownerOf,
        time,
      };
      return await diagnose(
        ports,
        { watchMs: request.watchMs, namedFamilies: request.nvmlLibrary === undefined ? [] : ['nvml'] },
        headerFields(argv, 0),
        signal,
      );
    } finally {
      await Promise.all([agent.close(), cluster?.close()]);
    }
  });
