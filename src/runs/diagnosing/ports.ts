import type { ClusterFile } from '../../domain/cluster.ts';
import type { DeviceFamily } from '../../domain/device.ts';
import type { HostFacts } from '../../domain/diagnosis.ts';
import type { FoundManager } from '../../domain/manager.ts';
import type { ClockCustodian } from '../../ports/clock-custodian.ts';
import type { Devices } from '../../ports/devices.ts';
import type { EngineMonitor } from '../../ports/engine.ts';
import type { Time } from '../../ports/time.ts';

/** An agent to ask. */
export interface AskedAgent {
  readonly address: string;
  readonly custodian: ClockCustodian;
  /** It was named by the user: then it must answer, and its machine is the one that is looked at. */
  readonly named: boolean;
  /** On another machine: files and processes here say nothing of it. */
  readonly remote: boolean;
  /** How far its machine's clock is ahead of ours; null where that cannot be told. Never rejects. */
  skewMs(): Promise<number | null>;
}

/** A cluster to look at, and whom to ask about it. */
export interface AskedCluster {
  readonly cluster: ClusterFile;
  readonly monitor: EngineMonitor;
  /** @throws VoltanaError PORT_TAKEN, BAD_VALUE */
  assertPortFree(host: string, port: number): Promise<void>;
  /** Whether a voltana gateway serves there. Never rejects. */
  isGateway(url: string): Promise<boolean>;
  /** @throws VoltanaError for a file that cannot be used */
  checkKeys(): Promise<void>;
  /** @throws VoltanaError for a certificate or key that cannot be used */
  checkCertificate(): Promise<void>;
  /** Never rejects. */
  skewMs(url: string): Promise<number | null>;
  /** Whether this program is on the PATH. */
  hasProgram(name: string): Promise<boolean>;
  /** Agents that the cluster file names, by node. */
  readonly agents: readonly (AskedAgent & { readonly node: string })[];
}

export interface DoctorPorts {
  /** Of this machine. */
  readonly devices: readonly Devices[];
  readonly agent: AskedAgent;
  readonly cluster: AskedCluster | null;
  managers(): Promise<readonly FoundManager[]>;
  facts(): Promise<HostFacts>;
  /** Who a process belongs to; null when it is gone or not shown. */
  ownerOf(pid: number): number | null;
  readonly time: Time;
}

export interface DoctorOptions {
  /** How long devices are watched: for the energy counter, and for clocks that do not rise. */
  readonly watchMs: number;
  /** Families whose driver was named: then it must be there. */
  readonly namedFamilies: readonly DeviceFamily[];
}
