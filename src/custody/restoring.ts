import type { RestoreReport } from '../domain/custody.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { Time } from '../ports/time.ts';
import { backoffMs } from './backoff.ts';
import type { DeviceBook } from './device-book.ts';
import type { GivingBack } from './giving-back.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import type { Slot } from './lease.ts';
import type { Leases, Returned } from './leases.ts';
import { isNamed } from './names.ts';
import type { Notes } from './notes.ts';
import type { CustodyOptions } from './options.ts';
import { managerOf, type Outsiders } from './outsiders.ts';
import { codeOf } from './refusal.ts';

interface Parts {
  readonly book: DeviceBook;
  readonly leases: Leases;
  readonly givingBack: GivingBack;
  readonly journal: JournalKeeper;
  readonly outsiders: Outsiders;
  readonly notes: Notes;
  readonly time: Time;
  readonly options: CustodyOptions;
}

/** How often a stopping custodian tries a device: 3.1 s in all. */
const LAST_TRIES = 6;

const reportOf = (returned: readonly Returned[]): RestoreReport => ({
  restored: returned.filter(({ problem }) => problem === null).map(({ slot }) => slot.id),
  failed: returned.flatMap(({ slot, problem }) => (problem === null ? [] : [{ id: slot.id, problem }])),
});

/** What operators ask for: devices back, whoever holds them. */
export class Restoring {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Without names all that may be set here, but not what another manager has set and we have not. @throws VoltanaError UNKNOWN_ID */
  async restore(devices: readonly string[], identity: string): Promise<RestoreReport> {
    const { notes, book } = this.#parts;
    const slots = devices.length === 0 ? await this.#everything() : await book.named(devices);
    const ids = slots.map(({ id }) => id);
    notes.audit({ verb: 'restore', identity, devices: ids });
    const report = reportOf(await this.#bringBack(slots, `restored by ${identity}`));
    return { restored: ids.filter((id) => report.restored.includes(id)), failed: report.failed };
  }

  /** Everything of ours, tried a few times; then no timer is left. */
  async last(): Promise<RestoreReport> {
    const { book, givingBack, leases, journal, time } = this.#parts;
    const ours = book.known.filter((slot) => slot.lease !== null || slot.returning !== null);
    let returned = await this.#bringBack(
      ours.filter(({ touched }) => touched),
      'the agent stops',
    );
    await Promise.all(leases.all.map((lease) => leases.end(lease, 'the agent stops')));
    for (let tries = 1; tries < LAST_TRIES && returned.some(({ problem }) => problem !== null); tries += 1) {
      await time.sleep(backoffMs(tries));
      returned = await Promise.all(returned.map(async ({ slot }) => ({ slot, problem: await givingBack.attempt(slot) })));
    }
    givingBack.stop(book.known);
    leases.stop();
    await journal.flush();
    journal.stop();
    return reportOf(returned);
  }

  async #bringBack(slots: readonly Slot[], reason: string): Promise<readonly Returned[]> {
    const { leases } = this.#parts;
    const held = new Set(slots.flatMap(({ lease }) => lease ?? []));
    // What we have not touched is restored as well: whoever asks for that has a reason.
    const untouched = slots.filter(({ touched }) => !touched);
    const touched = slots.filter((slot) => slot.lease === null && slot.touched);
    const ended = (await Promise.all([...held].map((lease) => leases.end(lease, reason)))).flat();
    const others = await Promise.all([...untouched, ...touched].map((slot) => this.#bringOne(slot)));
    return [...ended.filter(({ slot }) => !untouched.includes(slot)), ...others];
  }

  async #bringOne(slot: Slot): Promise<Returned> {
    const { givingBack } = this.#parts;
    if (slot.returning !== null) return { slot, problem: await givingBack.attempt(slot) };
    if (slot.lease !== null) return { slot, problem: null };
    if (!this.#isAllowed(slot)) return { slot, problem: 'it is not among the devices that this agent may set' };
    slot.ceded = null;
    return { slot, problem: await givingBack.once(slot) };
  }

  async #everything(): Promise<readonly Slot[]> {
    const { book, outsiders } = this.#parts;
    await book.all().catch((reason: unknown) => {
      if (!(reason instanceof VoltanaError) || codeOf(reason) !== 'NO_DRIVER') throw reason;
    });
    const managers = await outsiders.managers();
    const nowMs = this.#parts.time.nowMs();
    const isTheirs = (slot: Slot): boolean => managerOf(slot, managers) !== undefined || (slot.ceded?.untilMs ?? -Infinity) > nowMs;
    return book.known.filter((slot) => {
      if (slot.lease !== null || slot.returning !== null) return true;
      return slot.present && this.#isAllowed(slot) && !isTheirs(slot);
    });
  }

  #isAllowed({ info }: Slot): boolean {
    const { allowed } = this.#parts.options;
    return allowed === 'all' || isNamed(info, allowed);
  }
}
