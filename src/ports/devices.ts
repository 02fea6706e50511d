import type { DeviceEvent, DeviceFamily, DeviceInfo, DeviceReading, DeviceUsers } from '../domain/device.ts';
import type { Megahertz, Watts } from '../domain/units.ts';

/** What is brought back: everything that can be set, which is meant where nothing is said, or the SM clock. */
export type RestoreScope = 'all' | 'clock';

/**
 * One driver's devices on this machine, raw: no lease, no bounds, no domain. The driver is opened by the first call and
 * again by the first one after `close`. Calls may come at the same time; they never block the event loop for long.
 *
 * Errors are VoltanaErrors: NO_DRIVER (no library, no kernel module, no device), UNKNOWN_ID, NOT_PERMITTED (with the
 * command that grants it), NOT_SUPPORTED (this device cannot), DEVICE_LOST (it fell off the bus), DEVICE_FAILED.
 */
export interface Devices {
  readonly family: DeviceFamily;
  list(): Promise<readonly DeviceInfo[]>;
  read(id: string): Promise<DeviceReading>;
  /**
   * Reads several in one go, where that costs less than one by one, and else is left out. `heard` is called once for each, in
   * no order, with what `read` would have returned or thrown; one that hangs keeps nobody waiting.
   */
  readEach?(ids: readonly string[], heard: (id: string, outcome: DeviceReading | Error) => void): void;
  users(id: string): Promise<DeviceUsers>;
  /** What `restore` needs to bring back later, as a text that only this driver reads: taken before anything is changed. */
  before(id: string): Promise<string>;
  /** @throws CLOCK_OUTSIDE_CARD, with nothing changed, for a clock that is not in the list */
  lock(id: string, clockMhz: Megahertz): Promise<void>;
  lockMemory(id: string, clockMhz: Megahertz): Promise<void>;
  /** @throws BAD_VALUE, with nothing changed, outside the device's own limits */
  limitPower(id: string, powerW: Watts): Promise<void>;
  /**
   * Unlocks all clocks, and brings back what `before` says; with null the driver's defaults. `clock` leaves alone what a lock
   * of the SM clock has not touched: somebody else's power limit and memory lock. Idempotent.
   */
  restore(id: string, before: string | null, scope?: RestoreScope): Promise<void>;
  /** What has happened since it was asked last; empty where the driver tells nothing. */
  events(): Promise<readonly DeviceEvent[]>;
  /** Lets go of the driver: an open handle would stand in the way of its upgrade. Nothing is restored. */
  close(): Promise<void>;
}
