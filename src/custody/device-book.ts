import type { DeviceFamily, DeviceInfo } from '../domain/device.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { Devices } from '../ports/devices.ts';
import type { Time } from '../ports/time.ts';
import type { DriverPool } from './driver-pool.ts';
import { Slot } from './lease.ts';
import { devicesNamed } from './names.ts';
import { codeOf, messageOf } from './refusal.ts';

/** How long a list is good, and how long a driver that was not there is not asked again. */
const GOOD_MS = 60_000;
const RETRY_MS = 1000;

interface Listing {
  readonly atMs: number;
  /** Why it could not be listed. */
  readonly failure: unknown;
}

export interface SlotLimits {
  readonly slowdownsPerS: number;
  readonly meterWindowMs?: number | undefined;
}

/** The devices of all drivers: listed when they are asked for, the same slot for the same device ever after. */
export class DeviceBook {
  readonly #pool: DriverPool;
  readonly #time: Time;
  readonly #limits: SlotLimits;
  readonly #slots = new Map<string, Slot>();
  readonly #listings = new Map<Devices, Listing>();
  #listing: Promise<void> | null = null;

  constructor(pool: DriverPool, time: Time, limits: SlotLimits) {
    this.#pool = pool;
    this.#time = time;
    this.#limits = limits;
  }

  /** Those known so far, without asking a driver. */
  get known(): readonly Slot[] {
    return [...this.#slots.values()];
  }

  get present(): readonly Slot[] {
    return this.known.filter(({ present }) => present);
  }

  /** Why drivers list nothing, where others do. */
  get problems(): readonly string[] {
    const failures = [...this.#listings.values()].map(({ failure }) => failure).filter((failure) => failure !== null);
    return failures.filter((failure) => codeOf(failure) !== 'NO_DRIVER').map(messageOf);
  }

  /** What is present. @throws VoltanaError NO_DRIVER and what else a driver answers, when there is no device at all */
  async all(): Promise<readonly Slot[]> {
    await (this.#listing ??= this.#list().finally(() => (this.#listing = null)));
    if (this.present.length > 0) return this.present;
    const failures = [...this.#listings.values()].map(({ failure }) => failure).filter((failure) => failure !== null);
    const [first] = failures;
    throw first instanceof Error ? first : new VoltanaError('NO_DRIVER', 'no driver here lists any device');
  }

  /** @throws VoltanaError UNKNOWN_ID, and as `all` does */
  async named(names: readonly string[]): Promise<readonly Slot[]> {
    try {
      return this.#meant(names, await this.all());
    } catch (reason) {
      if (codeOf(reason) !== 'UNKNOWN_ID' || !this.#isOld()) throw reason;
      // It may have come since they were listed.
      this.forget();
      return this.#meant(names, await this.all());
    }
  }

  #meant(names: readonly string[], slots: readonly Slot[]): readonly Slot[] {
    const infos = slots.map(({ info }) => info);
    return devicesNamed(names, infos).map(({ id }) => this.#slots.get(id)!);
  }

  #isOld(): boolean {
    return [...this.#listings.values()].some(({ atMs }) => this.#time.nowMs() - atMs > RETRY_MS);
  }

  /** A device that the journal names, also when no driver lists it. Null where its driver is none of ours. */
  remembered(id: string, family: DeviceFamily): Slot | null {
    const known = this.#slots.get(id);
    if (known !== undefined) return known;
    const driver = this.#pool.drivers.find((one) => one.family === family);
    if (driver === undefined) return null;
    const slot = new Slot(driver, unlisted(id, family), this.#limits);
    slot.present = false;
    this.#slots.set(id, slot);
    return slot;
  }

  /** What was listed may be different now. */
  forget(): void {
    this.#listings.clear();
  }

  async #list(): Promise<void> {
    await Promise.all(this.#pool.drivers.filter((driver) => this.#isStale(driver)).map((driver) => this.#listOne(driver)));
  }

  #isStale(driver: Devices): boolean {
    const listing = this.#listings.get(driver);
    if (listing === undefined) return true;
    return this.#time.nowMs() - listing.atMs > (listing.failure === null ? GOOD_MS : RETRY_MS);
  }

  async #listOne(driver: Devices): Promise<void> {
    const atMs = this.#time.nowMs();
    try {
      this.#enter(driver, await this.#pool.call(driver, (one) => one.list()));
      this.#listings.set(driver, { atMs, failure: null });
    } catch (failure) {
      this.#listings.set(driver, { atMs, failure });
    }
  }

  #enter(driver: Devices, infos: readonly DeviceInfo[]): void {
    for (const slot of this.#slots.values()) if (slot.driver === driver) slot.present = false;
    for (const info of infos) {
      const slot = this.#slots.get(info.id) ?? new Slot(driver, info, this.#limits);
      slot.info = info;
      slot.present = true;
      this.#slots.set(info.id, slot);
    }
  }
}

const unlisted = (id: string, family: DeviceFamily): DeviceInfo => ({
  id,
  family,
  index: 0,
  name: 'not listed by its driver',
  pciAddress: null,
  supportedMhz: [],
  supportedMemoryMhz: [],
  powerLimits: null,
  driverVersion: null,
  vbios: null,
  persistence: null,
  capabilities: [],
});
