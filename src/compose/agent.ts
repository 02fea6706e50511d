import { createFileJournal } from '../adapters/agent/journal.ts';
import { endForSure } from '../adapters/agent/ending.ts';
import { loadLibc, type Libc } from '../adapters/agent/libc.ts';
import { processTree } from '../adapters/agent/process-tree.ts';
import { startAgentServer } from '../adapters/agent/server.ts';
import { lockState } from '../adapters/agent/state-lock.ts';
import { hostName, isRoot, ownIdentity, ownPid, readConfig, shortcomings } from '../adapters/agent/world.ts';
import { threadEntry } from '../adapters/host/installation.ts';
import { createLineLog, type LineLog } from '../adapters/host/line-log.ts';
import { makeFolders } from '../adapters/host/make-folders.ts';
import { findManagers } from '../adapters/host/managers/find.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { onSignals } from '../adapters/host/signals.ts';
import { uniqueId } from '../adapters/host/unique-id.ts';
import { voltanaVariables } from '../adapters/host/variables.ts';
import { timestamp, wallMs } from '../adapters/host/wall-clock.ts';
import { agentConfig, parseAgentFile } from '../config/agent-file.ts';
import { NODE_VARIABLE, NVML_VARIABLE } from '../config/variables.ts';
import { ClockCustody } from '../custody/clock-custody.ts';
import type { AgentConfig } from '../domain/agent.ts';
import type { AuditEntry, CustodyStatus, RestoreReport } from '../domain/custody.ts';
import type { DeviceFamily } from '../domain/device.ts';
import type { VoltanaError } from '../domain/errors.ts';
import type { Devices } from '../ports/devices.ts';
import { knownDevices, managersOf } from '../runs/agent/known-devices.ts';
import { restoreDirectly, serveAgent, type AgentPorts } from '../runs/agent/serve.ts';
import { strangersOf } from '../runs/agent/strangers.ts';

export type { AgentConfig, AuditEntry };

/** Each writing takes a thread that a driver's call may be waiting for. */
const AUDIT_GATHER_MS = 1000;

export interface PlannedAgent {
  readonly config: AgentConfig;
  /** What will not work here. */
  readonly warnings: readonly string[];
  /** Drivers obey nobody else. */
  readonly isRoot: boolean;
}

/**
 * What an agent would do: its file, or the defaults where there is none in the usual place.
 * @throws VoltanaError of exit code 2, and NOT_PERMITTED for a file that others may change
 */
export async function planAgent(file: string | undefined): Promise<PlannedAgent> {
  const { [NODE_VARIABLE]: node, [NVML_VARIABLE]: library } = voltanaVariables();
  const read = await readConfig(file);
  const config = agentConfig(read === null ? {} : parseAgentFile(read.text, read.file), node ?? hostName());
  const planned = { ...config, nvmlLibrary: config.nvmlLibrary ?? library ?? null };
  return { config: planned, warnings: await shortcomings(planned, await loadLibc()), isRoot: isRoot() };
}

/** Loaded when they are wanted: a foreign library is nothing to start with. */
const DRIVERS: Readonly<Record<DeviceFamily, (config: AgentConfig, onProblem: (text: string) => void) => Promise<Devices>>> = {
  async nvml({ nvmlLibrary }, onProblem) {
    const { createNvmlDevices } = await import('../adapters/clocks/nvml/devices.ts');
    const onReader = (problem: string | null): void =>
      void (problem !== null && onProblem(`the thread that reads GPUs does not start, which only costs more processor time: ${problem}`));
    return createNvmlDevices({ library: nvmlLibrary ?? undefined, reader: threadEntry('nvml-reader'), onReader });
  },
  async amdgpu({ sysfsRoot }) {
    const { createAmdgpuDevices } = await import('../adapters/clocks/amdgpu/devices.ts');
    return createAmdgpuDevices({ root: sysfsRoot });
  },
  async cpufreq({ sysfsRoot }) {
    const { createCpufreqDevices } = await import('../adapters/clocks/cpufreq/devices.ts');
    return createCpufreqDevices({ root: sysfsRoot });
  },
};

const boundsOf = ({ bounds, leaseTtlMs }: AgentConfig) => ({
  minClockMhz: bounds.minClockMhz ?? undefined,
  maxClockMhz: bounds.maxClockMhz ?? undefined,
  maxSlowdownsPerS: bounds.maxSlowdownsPerS,
  allowPowerLimit: bounds.powerLimitW !== null,
  minPowerLimitW: bounds.powerLimitW?.least,
  maxPowerLimitW: bounds.powerLimitW?.most,
  ttlMs: [leaseTtlMs.least, leaseTtlMs.most] as const,
});

/** The custodian of this machine's devices, as its configuration wants it. */
async function custodyOf(
  config: AgentConfig,
  audit: (entry: AuditEntry) => void,
  onProblem: (text: string) => void,
): Promise<ClockCustody> {
  const known = (await Promise.all(config.families.map((family) => DRIVERS[family](config, onProblem)))).map(knownDevices);
  return new ClockCustody({
    devices: known.map(({ devices }) => devices),
    journal: createFileJournal(config.stateDir, makeFolders),
    time: realTime(),
    wallMs,
    node: config.node,
    newKey: uniqueId,
    bounds: boundsOf(config),
    allowed: config.devices,
    restoreTo: config.restoreTo,
    spreadMs: config.spreadMs,
    allowShared: config.allowShared,
    managers: managersOf(
      () => findManagers({ root: config.sysfsRoot, ignoredPids: [ownPid()] }),
      known,
      config.bounds.powerLimitW !== null,
    ),
    ignoredManagers: config.ignoreManagers,
    audit,
    processTree: () => processTree(config.sysfsRoot),
  });
}

export interface AgentHooks {
  /** @param strangers names in `devices` that mean none here */
  readonly onReady: (addresses: readonly string[], status: CustodyStatus, strangers: readonly string[]) => void | Promise<void>;
  readonly onEvent: (entry: AuditEntry) => void;
  readonly onProblem: (text: string) => void;
}

interface Joined {
  readonly ports: AgentPorts;
  readonly log: LineLog<AuditEntry>;
  readonly libc: Libc | null;
}

async function join(config: AgentConfig, { onEvent, onProblem }: Omit<AgentHooks, 'onReady'>): Promise<Joined> {
  const libc = await loadLibc();
  const log = createLineLog<AuditEntry>({ file: config.auditFile, onProblem, gatherMs: AUDIT_GATHER_MS });
  const audit = (entry: AuditEntry): void => {
    log.add(entry);
    onEvent(entry);
  };
  const custodian = await custodyOf(config, audit, onProblem);
  const onRefused = (identity: string, verb: string): void =>
    audit({ at: timestamp(), verb: 'refuse', identity, detail: `${verb} is for operators` });
  const listen = () => startAgentServer({ custodian, time: realTime(), listen: config.listen, libc, onRefused, makeFolder: makeFolders });
  return { ports: { claim: () => lockState(config.stateDir, libc, makeFolders), custodian, listen }, log, libc };
}

/** Owns the clocks of this machine until the first signal, then gives everything back. @returns the signal as an error, and what could be given back */
export async function runAgent(
  config: AgentConfig,
  { onReady, ...hooks }: AgentHooks,
): Promise<{ readonly ended: VoltanaError; readonly report: RestoreReport }> {
  const signals = onSignals();
  const { ports, log, libc } = await join(config, hooks);
  const ends = endForSure(libc, signals.signal, hooks.onProblem);
  try {
    const report = await serveAgent(ports, signals.signal, async (addresses) => {
      const status = await ports.custodian.status();
      const infos = status.devices.map(({ info }) => info);
      return onReady(addresses, status, strangersOf(config.devices, infos));
    });
    return { ended: signals.signal.reason as VoltanaError, report };
  } finally {
    await log.close();
    ends();
    signals.stop();
  }
}

/** Gives clocks back in this process, for when no agent runs. @throws PORT_TAKEN while one does, NOT_PERMITTED */
export async function restoreHere(
  config: AgentConfig,
  devices: readonly string[],
  hooks: Omit<AgentHooks, 'onReady'>,
): Promise<RestoreReport> {
  const { ports, log } = await join(config, hooks);
  try {
    return await restoreDirectly(ports, devices, `${ownIdentity()}, directly`);
  } finally {
    await log.close();
  }
}
