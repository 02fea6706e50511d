import type { HeldDevice } from '../domain/custody.ts';
import type { DeviceInfo, DeviceReading } from '../domain/device.ts';
import type { Megahertz, Watts } from '../domain/units.ts';
import type { Devices } from '../ports/devices.ts';
import { Allowance } from './bounds.ts';
import type { DriftWatch } from './drift.ts';
import type { Lease } from './lease.ts';
import type { Line } from './line.ts';
import { DeviceMeter } from './metering/device-meter.ts';

/** A device that is being given back. */
export interface Returning {
  readonly line: Line;
  /** It goes on until it works; false for what was not ours. */
  readonly stubborn: boolean;
  failures: number;
  problem: string | null;
  /** Stops the timer of the next attempt. */
  cancel: () => void;
  running: Promise<string | null> | null;
}

/** All that a custodian knows of one device. */
export class Slot {
  readonly driver: Devices;
  info: DeviceInfo;
  /** False once its driver lists it no more, and for what only the journal names. */
  present = true;
  lease: Lease | null = null;
  /** As the journal has it. */
  held: HeldDevice | null = null;
  /** We have set something that stands, or may. */
  touched = false;
  lockedMhz: Megahertz | null = null;
  /** When it was locked last: clocks take a moment to follow. */
  lockedAtMs = -Infinity;
  powerLimitW: Watts | null = null;
  /** What held before the first limit of ours. */
  powerBeforeW: Watts | null = null;
  returning: Returning | null = null;
  ceded: { readonly untilMs: number; readonly reason: string } | null = null;
  latest: DeviceReading | null = null;
  /** Why it could not be read. */
  problem: string | null = null;
  /** Somebody asked for its energy not long ago. */
  energyWantedUntilMs = -Infinity;
  drift: DriftWatch | null = null;
  readonly meter: DeviceMeter;
  readonly slowdowns: Allowance;

  constructor(driver: Devices, info: DeviceInfo, limits: { readonly slowdownsPerS: number; readonly meterWindowMs?: number | undefined }) {
    this.driver = driver;
    this.info = info;
    this.meter = new DeviceMeter(limits.meterWindowMs);
    this.slowdowns = new Allowance(limits.slowdownsPerS);
  }

  get id(): string {
    return this.info.id;
  }

  /** Nothing of ours stands on it any more. */
  clear(): void {
    this.held = null;
    this.touched = false;
    this.lockedMhz = null;
    this.powerLimitW = null;
    this.powerBeforeW = null;
    this.drift = null;
  }
}
