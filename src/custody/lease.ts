import type { HeldDevice, LeaseClaim, LeaseRequest } from '../domain/custody.ts';
import type { DeviceInfo, DeviceReading } from '../domain/device.ts';
import type { Megahertz, Watts } from '../domain/units.ts';
import type { Devices } from '../ports/devices.ts';
import { Allowance, commonMhz } from './bounds.ts';
import type { DriftWatch } from './drift.ts';
import { Line } from './line.ts';
import { DeviceMeter } from './metering/device-meter.ts';
import { sameKey } from './refusal.ts';

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

/** One domain's devices in one holder's hands; the same holder may take over from itself under a new token. */
export class Lease {
  readonly domain: string;
  readonly holder: string;
  readonly slots: readonly Slot[];
  readonly line = new Line();
  /** What all its devices accept, ascending. */
  readonly clocksMhz: readonly Megahertz[];
  identity: string;
  pids: readonly number[] | undefined;
  ttlMs: number;
  /** 0 until it is granted: no token is. */
  token = 0;
  key = '';
  expiresMs = Infinity;
  lockedMhz: Megahertz | null = null;
  /** Why it is over; null while it lives. */
  over: string | null = null;
  cancelExpiry = (): void => undefined;

  constructor({ domain, holder, identity, pids, ttlMs }: LeaseRequest, slots: readonly Slot[]) {
    this.domain = domain;
    this.holder = holder;
    this.slots = slots;
    this.identity = identity;
    this.pids = pids;
    this.ttlMs = ttlMs;
    this.clocksMhz = commonMhz(slots.map(({ info }) => info));
  }

  get ids(): readonly string[] {
    return this.slots.map(({ id }) => id);
  }

  lives(nowMs: number): boolean {
    return this.over === null && nowMs < this.expiresMs;
  }

  claimedBy({ token, key }: LeaseClaim): boolean {
    return this.token !== 0 && sameKey(key, this.key) && token === this.token;
  }

  has(slots: readonly Slot[]): boolean {
    return slots.length === this.slots.length && slots.every((slot) => this.slots.includes(slot));
  }
}
