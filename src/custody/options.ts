import type { AuditEntry } from '../domain/custody.ts';
import type { CustodyJournal } from '../ports/custody-journal.ts';
import type { Devices } from '../ports/devices.ts';
import type { Time } from '../ports/time.ts';

/** What the operator allows, whoever asks. What is left out is not bounded. */
export interface CustodyBounds {
  readonly minClockMhz?: number | undefined;
  readonly maxClockMhz?: number | undefined;
  /** Of each device; speeding up is always allowed. */
  readonly maxSlowdownsPerS: number;
  readonly allowPowerLimit: boolean;
  readonly minPowerLimitW?: number | undefined;
  readonly maxPowerLimitW?: number | undefined;
  /** The shortest and the longest lease. */
  readonly ttlMs: readonly [least: number, most: number];
}

/** Something else on this machine that sets clocks or power. */
export interface ForeignManager {
  readonly name: string;
  /** Ids of the devices it manages; null for all of them. */
  readonly devices: readonly string[] | null;
}

export interface CustodyOptions {
  /** Several families at once. */
  readonly devices: readonly Devices[];
  readonly journal: CustodyJournal;
  readonly time: Time;
  /** The moment of an audit entry, and where tokens go on when the journal is damaged: milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly node: string;
  /** An unguessable text, another each time. */
  readonly newKey: () => string;
  readonly bounds: CustodyBounds;
  /** Devices that may be lent, named as in a lease. */
  readonly allowed: 'all' | readonly string[];
  /** What giving back leaves behind: the driver's default, or this clock, of all or by the name of a device. */
  readonly restoreTo: 'default' | number | Readonly<Record<string, number>>;
  /** Leases that expire are given back at different moments within so much time, so that a fleet makes no power step. */
  readonly spreadMs: number;
  /** Devices that may be slowed although others work on them. */
  readonly allowShared: 'none' | 'all' | readonly string[];
  /** What else sets clocks here, found anew each time. */
  readonly managers: () => Promise<readonly ForeignManager[]>;
  /** Names of managers that are known not to touch these clocks. */
  readonly ignoredManagers: readonly string[];
  readonly audit: (entry: AuditEntry) => void;
  /** The parent of each process that runs now. */
  readonly processTree: () => Promise<ReadonlyMap<number, number>>;
  /** How long the energy counter must agree with its power before it is believed. */
  readonly meterWindowMs?: number | undefined;
}
