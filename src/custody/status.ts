import type { CustodyStatus, DeviceState, DeviceStatus, LeaseStatus } from '../domain/custody.ts';
import type { DeviceBook } from './device-book.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import type { Lease, Slot } from './lease.ts';
import type { Leases } from './leases.ts';
import { isNamed } from './names.ts';
import type { Notes } from './notes.ts';
import type { CustodyOptions, ForeignManager } from './options.ts';
import { managerOf, type Outsiders } from './outsiders.ts';
import type { Reader } from './readings.ts';
import { messageOf } from './refusal.ts';

/** A reading so old is taken anew for a status. */
const FRESH_MS = 1000;

interface Parts {
  readonly book: DeviceBook;
  readonly leases: Leases;
  readonly journal: JournalKeeper;
  readonly outsiders: Outsiders;
  readonly reader: Reader;
  readonly notes: Notes;
  readonly options: CustodyOptions;
}

const isManaged = (manager: ForeignManager): string =>
  `${manager.name} (${manager.devices === null ? 'all devices' : manager.devices.join(', ')})`;

const energyOf = ({ meter: { source, reason } }: Slot): DeviceStatus['energy'] => (source === null ? null : { source, reason });

/** What a custodian shows of itself. */
export class StatusView {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async show(draining: boolean): Promise<CustodyStatus> {
    const { options, journal, leases, outsiders } = this.#parts;
    const unlisted = draining ? [] : await this.#refresh();
    const managers = await outsiders.managers();
    const nowMs = options.time.nowMs();
    const shown = this.#parts.book.known.filter((slot) => slot.present || slot.returning !== null || slot.lease !== null);
    return {
      node: options.node,
      epoch: journal.epoch,
      draining,
      devices: shown.map((slot) => this.#device(slot, managers, draining)),
      leases: leases.all.filter(({ token }) => token !== 0).map((lease) => leaseStatus(lease, nowMs)),
      managers: managers.map(isManaged),
      warnings: [...unlisted, ...this.#standing()],
    };
  }

  /** Why nothing is listed, if so: a status tells it and does not fail. */
  async #refresh(): Promise<readonly string[]> {
    const { book, reader, options } = this.#parts;
    try {
      const slots = await book.all();
      const old = slots.filter(({ latest }) => latest === null || options.time.nowMs() - latest.atMs > FRESH_MS);
      await Promise.allSettled(old.map((slot) => reader.read(slot)));
      return [];
    } catch (reason) {
      return [messageOf(reason)];
    }
  }

  #standing(): readonly string[] {
    const { journal, book, notes } = this.#parts;
    const unwritten = journal.problem === null ? [] : [`the journal cannot be written, nothing new is lent: ${journal.problem}`];
    return [...unwritten, ...book.problems, ...notes.warnings];
  }

  #device(slot: Slot, managers: readonly ForeignManager[], draining: boolean): DeviceStatus {
    const { info, lockedMhz, powerLimitW } = slot;
    return {
      info,
      reading: draining ? null : slot.latest,
      state: this.#state(slot, managers),
      lockedMhz,
      powerLimitW,
      domain: slot.lease?.domain ?? slot.held?.domain ?? null,
      holder: slot.lease?.holder ?? slot.held?.holder ?? null,
      problem: this.#problem(slot, managers, draining),
      energy: energyOf(slot),
    };
  }

  #state(slot: Slot, managers: readonly ForeignManager[]): DeviceState {
    if (slot.returning !== null) return 'leftover';
    if (slot.lease !== null) return slot.lockedMhz === null ? 'leased' : 'locked';
    if (this.#cededFor(slot) !== null) return 'ceded';
    return this.#refusedFor(slot, managers) === null ? 'free' : 'refused';
  }

  #problem(slot: Slot, managers: readonly ForeignManager[], draining: boolean): string | null {
    const returning = slot.returning === null ? null : (slot.returning.problem ?? 'it is about to be given back');
    const unread = draining ? 'drained: its driver is left alone' : slot.problem;
    return returning ?? this.#cededFor(slot) ?? this.#refusedFor(slot, managers) ?? unread;
  }

  #cededFor({ ceded }: Slot): string | null {
    return ceded !== null && ceded.untilMs > this.#parts.options.time.nowMs() ? ceded.reason : null;
  }

  #refusedFor(slot: Slot, managers: readonly ForeignManager[]): string | null {
    const { allowed } = this.#parts.options;
    if (allowed !== 'all' && !isNamed(slot.info, allowed)) return 'it is not among the devices that this agent may set';
    const manager = managerOf(slot, managers);
    return manager === undefined ? null : `it is managed by ${manager.name}`;
  }
}

const leaseStatus = ({ domain, ids: devices, holder, identity, token, lockedMhz, expiresMs }: Lease, nowMs: number): LeaseStatus => ({
  domain,
  devices,
  holder,
  identity,
  token,
  lockedMhz,
  expiresInMs: Math.max(0, expiresMs - nowMs),
});
