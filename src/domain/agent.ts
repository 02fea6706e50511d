import type { DeviceFamily } from './device.ts';
import type { Megahertz, Watts } from './units.ts';

/** Certificate of the agent and how its clients prove who they are: by certificates of a CA, or by tokens. */
export interface AgentTcp {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string };
  readonly clientCaFile?: string;
  /** Names in client certificates (CN or SAN) that may hold leases. */
  readonly holders?: readonly string[];
  /** Those that may also restore and drain. */
  readonly operators?: readonly string[];
  readonly tokensFile?: string;
}

export interface AgentSocket {
  readonly path: string;
  /** Name or number of the group whose members may hold leases; null: root and the agent's own user alone. */
  readonly group: string | null;
}

/** What no client can get beyond, whatever its token. */
export interface AgentBounds {
  readonly minClockMhz: Megahertz | null;
  readonly maxClockMhz: Megahertz | null;
  /** Of each domain; speeding up is always allowed. */
  readonly maxSlowdownsPerS: number;
  /** Null: power limits are never set. */
  readonly powerLimitW: { readonly least: Watts; readonly most: Watts } | null;
}

/** The agent's configuration with all defaults in. */
export interface AgentConfig {
  readonly node: string;
  readonly listen: { readonly socket: AgentSocket | null; readonly tcp: AgentTcp | null };
  readonly devices: 'all' | readonly string[];
  readonly families: readonly DeviceFamily[];
  readonly bounds: AgentBounds;
  readonly leaseTtlMs: { readonly least: number; readonly most: number };
  /** What giving back brings: the driver's default, or a clock, for all or by device. */
  readonly restoreTo: 'default' | Megahertz | Readonly<Record<string, Megahertz>>;
  readonly spreadMs: number;
  /** Devices that may be slowed although others work on them. */
  readonly allowShared: 'none' | 'all' | readonly string[];
  readonly stateDir: string;
  readonly auditFile: string;
  readonly ignoreManagers: readonly string[];
  readonly nvmlLibrary: string | null;
  readonly sysfsRoot: string;
}
