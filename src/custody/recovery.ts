import type { HeldDevice } from '../domain/custody.ts';
import { VoltanaError } from '../domain/errors.ts';
import { backoffMs } from './backoff.ts';
import type { DeviceBook } from './device-book.ts';
import type { GivingBack } from './giving-back.ts';
import type { JournalKeeper } from './journal-keeper.ts';
import type { Slot } from './lease.ts';
import { isNamed } from './names.ts';
import { ITSELF, type Notes } from './notes.ts';
import type { CustodyOptions } from './options.ts';
import { messageOf } from './refusal.ts';

interface Parts {
  readonly journal: JournalKeeper;
  readonly book: DeviceBook;
  readonly givingBack: GivingBack;
  readonly notes: Notes;
  readonly options: CustodyOptions;
}

/** What a new custodian does before all else: it gives back what the last one has left. */
export class Recovery {
  readonly #parts: Parts;
  /** Why everything has to be given back, and has not been yet. */
  #damaged: string | null = null;
  #failures = 0;
  #cancel = (): void => undefined;
  #stopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Resolves after a first try of each device. @throws VoltanaError JOURNAL_FAILED */
  async start(): Promise<void> {
    const { journal, notes, options } = this.#parts;
    const { held, damaged } = await journal.load(options.wallMs());
    const detail = damaged === null ? `epoch ${journal.epoch}, ${held.length} devices to give back` : `the journal is damaged: ${damaged}`;
    notes.audit({ verb: 'start', identity: ITSELF, devices: held.map(({ id }) => id), detail });
    this.#damaged = damaged;
    if (damaged !== null) await this.#giveBackAll(damaged);
    else await Promise.all(held.map((one) => this.#giveBack(one)));
    // When it cannot be written now, nothing is lent until it can: that is no reason to leave devices locked.
    await journal.flush();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** @throws VoltanaError DEVICE_FAILED while devices that nobody can name may be locked */
  assertDone(): void {
    if (this.#damaged === null) return;
    throw new VoltanaError(
      'DEVICE_FAILED',
      `nothing is lent until all devices are given back, as the journal was damaged (${this.#damaged})`,
    );
  }

  async #giveBack(held: HeldDevice): Promise<void> {
    const { book, notes } = this.#parts;
    const slot = book.remembered(held.id, held.family);
    if (slot === null) return notes.warn(`the journal names ${held.id}, but no ${held.family} driver is configured: it may be locked`);
    slot.held = held;
    await this.#tryFirst(slot);
  }

  async #giveBackAll(damaged: string): Promise<void> {
    const { book, notes, options } = this.#parts;
    notes.warn(`the journal was damaged, so all devices were given back: ${damaged}`);
    try {
      const slots = await book.all();
      const allowed = slots.filter(({ info }) => options.allowed === 'all' || isNamed(info, options.allowed));
      await this.#writeDown(allowed);
      await Promise.all(allowed.map((slot) => this.#tryFirst(slot)));
      this.#damaged = null;
    } catch (reason) {
      this.#failures += 1;
      notes.warn(`devices could not be listed, so that they could be given back: ${messageOf(reason)}`);
      const { time } = options;
      if (!this.#stopped) this.#cancel = time.at(time.nowMs() + backoffMs(this.#failures), () => void this.#giveBackAll(damaged));
    }
  }

  /** The damaged journal was set aside: whoever starts after us would not know of it. */
  async #writeDown(slots: readonly Slot[]): Promise<void> {
    const { journal, notes, options } = this.#parts;
    const since = new Date(options.wallMs()).toISOString();
    const unknown = { domain: 'unknown', holder: 'unknown', identity: ITSELF, before: '', since, limited: options.bounds.allowPowerLimit };
    const held = slots.map(({ id, info }) => ({ id, family: info.family, ...unknown }));
    try {
      await journal.hold(held);
      slots.forEach((slot, i) => (slot.held = held[i]!));
    } catch (reason) {
      notes.warn(`what may be locked could not be written down: ${messageOf(reason)}`);
    }
  }

  async #tryFirst(slot: Slot): Promise<void> {
    const { givingBack } = this.#parts;
    slot.touched = true;
    givingBack.begin(slot);
    await givingBack.attempt(slot);
  }
}
