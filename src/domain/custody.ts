import type { DeviceFamily, DeviceInfo, DeviceReading } from './device.ts';
import type { ClockReading, EnergyReading } from './clock.ts';
import type { Megahertz, Watts } from './units.ts';

/** What a holder asks for. */
export interface LeaseRequest {
  readonly domain: string;
  /** The GPUs of one instance, by id, unambiguous beginning of an id, PCI address or index. Never empty. */
  readonly devices: readonly string[];
  /** Who asks, unique per process: the same holder takes over from itself, any other waits. */
  readonly holder: string;
  readonly ttlMs: number;
  /** Who was seen asking (user, certificate or token's name); for the audit log. */
  readonly identity: string;
  /** Processes that the domain's engine consists of, with all their children: needed where a device is shared. */
  readonly pids?: readonly number[];
}

/** Proves that one is the holder. */
export interface LeaseClaim {
  readonly domain: string;
  /** Fencing token: grows with every lease of this node, over restarts too. */
  readonly token: number;
  /** Unguessable, told to the holder alone. */
  readonly key: string;
}

export interface LeaseGrant extends LeaseClaim {
  readonly ttlMs: number;
  /** The ids that the names meant. */
  readonly devices: readonly string[];
}

/** What a set of devices shows together: the least clock, the sum of energies. */
export interface DomainReading {
  readonly clock: Omit<ClockReading, 'domain'>;
  /** Null where nothing meters it. */
  readonly energy: Omit<EnergyReading, 'domain'> | null;
  /** Between its fastest and its slowest device. */
  readonly spreadMhz: number;
}

/** A device that is or may be locked by us: what the journal keeps. */
export interface HeldDevice {
  readonly id: string;
  readonly family: DeviceFamily;
  readonly domain: string;
  readonly holder: string;
  readonly identity: string;
  /** What `Devices.before` said; empty where nothing is known. */
  readonly before: string;
  /** Its power limit may be ours, too. */
  readonly limited?: boolean;
  /** ISO 8601. */
  readonly since: string;
}

export interface CustodyRecord {
  /** Counts the starts of the custodian: tokens of an earlier one are never given again. */
  readonly epoch: number;
  readonly held: readonly HeldDevice[];
}

export type DeviceState = 'free' | 'leased' | 'locked' | 'ceded' | 'leftover' | 'refused';

export interface DeviceStatus {
  readonly info: DeviceInfo;
  /** Null when it does not answer; then `problem` says why. */
  readonly reading: DeviceReading | null;
  readonly state: DeviceState;
  readonly lockedMhz: Megahertz | null;
  readonly powerLimitW: Watts | null;
  readonly domain: string | null;
  readonly holder: string | null;
  /** Why it is refused, ceded or not read. */
  readonly problem: string | null;
  /** How its energy is known now, and why not from its counter. */
  readonly energy: { readonly source: 'counter' | 'integrated'; readonly reason: string } | null;
}

export interface LeaseStatus {
  readonly domain: string;
  readonly devices: readonly string[];
  readonly holder: string;
  readonly identity: string;
  readonly token: number;
  readonly lockedMhz: Megahertz | null;
  readonly expiresInMs: number;
}

export interface CustodyStatus {
  readonly node: string;
  readonly epoch: number;
  /** Takes no lease until it is told to go on. */
  readonly draining: boolean;
  readonly devices: readonly DeviceStatus[];
  readonly leases: readonly LeaseStatus[];
  /** What else sets clocks or power here, in words. */
  readonly managers: readonly string[];
  readonly warnings: readonly string[];
}

export interface RestoreReport {
  readonly restored: readonly string[];
  readonly failed: readonly { readonly id: string; readonly problem: string }[];
}

/** One line of the audit log. */
export interface AuditEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly verb:
    | 'start'
    | 'acquire'
    | 'expire'
    | 'lock'
    | 'limit-power'
    | 'release'
    | 'restore'
    | 'drain'
    | 'resume'
    | 'event'
    | 'cede'
    | 'stop'
    | 'refuse';
  readonly identity: string;
  readonly holder?: string;
  readonly domain?: string;
  readonly devices?: readonly string[];
  readonly clockMhz?: number;
  readonly powerW?: number;
  readonly detail?: string;
}
