import type { DeviceCapability, DeviceInfo } from '../../../src/domain/device.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import type { Devices } from '../../../src/ports/devices.ts';
import { ourError } from '../../fixtures/rejected.ts';

/** A machine that the test bed has made: what it says of itself comes from the bed, never from the driver under test. */
export interface DevicesSubject {
  readonly devices: Devices;
  /** All of them, idle and unlocked, in the driver's order. */
  readonly ids: readonly [string, string, ...string[]];
  /** What a lock of any of them accepts, ascending; at least three. */
  readonly clocksMhz: readonly number[];
  /** Of the memory; empty where it cannot be locked. */
  readonly memoryMhz: readonly number[];
  /** How long after a lock returned the new clock must hold. */
  readonly settleMs: number;
  /** On the clock that readings tell. */
  nowMs(): number;
  /** Seen from outside, past the driver: the clock that the device is locked to, null while it is free. */
  lockedMhz(id: string): Promise<number | null>;
  /** The same of its memory; only asked where memory can be locked. */
  lockedMemoryMhz(id: string): Promise<number | null>;
  /** The limit in force, seen from outside; only asked where power can be limited. */
  powerLimitW(id: string): Promise<number>;
  /** From now on nobody may set anything. Left out where that cannot be had, as for root over plain files. */
  readonly refuse?: () => Promise<void>;
  /** Takes the device away, as one that has fallen off the bus. */
  lose(id: string): Promise<void>;
  close(): Promise<void>;
}

/** The machine of the test that runs now. */
export interface Bed {
  readonly subject: DevicesSubject;
  readonly devices: Devices;
}

export const infoOf = async ({ devices }: Bed, id: string): Promise<DeviceInfo> => (await devices.list()).find((info) => info.id === id)!;

/** Skips the test where the first device lacks what it is about. */
export const needs = async (bed: Bed, test: Mocha.Context, capability: DeviceCapability): Promise<DeviceInfo> => {
  const info = await infoOf(bed, bed.subject.ids[0]);
  if (!info.capabilities.includes(capability)) test.skip();
  return info;
};

export const middleMhz = ({ subject: { clocksMhz } }: Bed): number => clocksMhz[Math.floor(clocksMhz.length / 2)]!;

export const waitMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

export const codeOf = async (work: Promise<unknown>): Promise<ErrorCode> => (await ourError(work)).code;
