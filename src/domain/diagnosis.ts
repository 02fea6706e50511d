import type { HeldDevice } from './custody.ts';
import type { DeviceFamily } from './device.ts';
import type { FoundManager } from './manager.ts';
import type { DocumentHeader } from './run-record.ts';

export const CHECK_GROUPS = ['machine', 'drivers', 'devices', 'agent', 'managers', 'cluster'] as const;
export type CheckGroup = (typeof CHECK_GROUPS)[number];

/** What `voltana doctor` has found out about one thing. */
export interface Check {
  /** `GROUP.NAME`; the same one for every device that it is about. */
  readonly id: string;
  readonly group: CheckGroup;
  readonly status: 'ok' | 'warning' | 'failure' | 'skipped';
  readonly finding: string;
  /** What to do, with exact commands; null where nothing is to be done. */
  readonly fix: string | null;
  /** Of a failure: what it means for whoever wants to set clocks here. 0 otherwise. */
  readonly exitCode: 0 | 3 | 4 | 5;
}

/** A device as the document names it. */
export interface DiagnosedDevice {
  readonly id: string;
  readonly family: DeviceFamily;
  readonly index: number;
  readonly name: string;
  readonly driverVersion: string | null;
  readonly lowestMhz: number | null;
  readonly highestMhz: number | null;
  readonly clocks: number;
  readonly capabilities: readonly string[];
}

/** What `voltana doctor --json` prints. */
export interface Diagnosis extends DocumentHeader<'doctor'> {
  readonly node: string;
  /** Address of the agent that was asked; null where none answered. */
  readonly agent: string | null;
  /** Name of the cluster that was looked at. */
  readonly cluster: string | null;
  readonly devices: readonly DiagnosedDevice[];
  readonly managers: readonly FoundManager[];
  readonly checks: readonly Check[];
  readonly counts: { readonly ok: number; readonly warning: number; readonly failure: number; readonly skipped: number };
  readonly exitCode: 0 | 3 | 4 | 5;
}

/** What only the system itself tells; null is what it does not. */
export interface HostFacts {
  readonly node: string;
  readonly nodeVersion: string;
  readonly platform: string;
  /** Effective; null where there are no such numbers. */
  readonly uid: number | null;
  /** CAP_SYS_ADMIN is in force: what drivers ask of those who set clocks. */
  readonly administers: boolean;
  /** UV_THREADPOOL_SIZE, where it is set. */
  readonly threadPool: number | null;
  /** Version of NVIDIA's kernel module, where it is loaded. */
  readonly nvidiaModule: string | null;
  /** GPUs of NVIDIA's and AMD's on the PCI bus, whether or not a driver has them. */
  readonly gpusOnBus: { readonly nvidia: number; readonly amd: number };
  readonly cpuGovernors: readonly { readonly governor: string; readonly driver: string | null; readonly cpus: number }[];
  readonly state: StateFolder;
  /** The agent of this machine, by its process. */
  readonly agentProcess: AgentProcess | null;
}

/** Where an agent keeps its journal. */
export interface StateFolder {
  readonly path: string;
  /** Of its file system; null where the folder is not there yet. */
  readonly freeBytes: number | null;
  /** What the journal names; `none` without one. */
  readonly held: readonly HeldDevice[] | 'none' | 'unreadable' | 'damaged';
}

export interface AgentProcess {
  readonly pid: number;
  readonly uid: number;
  /** It can gain no privilege that it was not started with. */
  readonly noNewPrivileges: boolean;
  /** A filter of system calls is in force. */
  readonly filtered: boolean;
}
