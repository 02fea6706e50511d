import { VoltanaError } from '../domain/errors.ts';
import type { Time } from '../ports/time.ts';
import type { DriverPool } from './driver-pool.ts';
import type { Slot } from './lease.ts';
import { isNamed } from './names.ts';
import type { Notes } from './notes.ts';
import type { CustodyOptions, ForeignManager } from './options.ts';
import { messageOf } from './refusal.ts';
import { foreignUse } from './sharing.ts';

/** Whoever asks for a lease does not wait longer for the search. */
const SEARCH_MS = 3000;
/** A machine's managers do not change faster than this. */
const MANAGERS_GOOD_MS = 5000;

interface Parts {
  readonly pool: DriverPool;
  readonly time: Time;
  readonly notes: Notes;
  readonly options: Pick<CustodyOptions, 'managers' | 'ignoredManagers' | 'allowShared' | 'processTree'>;
}

/** Who else has to do with these devices: other managers, and other people's work. */
export class Outsiders {
  readonly #parts: Parts;
  #found: { readonly atMs: number; readonly managers: Promise<readonly ForeignManager[]> } | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Those that are not known to be harmless. */
  managers(): Promise<readonly ForeignManager[]> {
    const nowMs = this.#parts.time.nowMs();
    if (this.#found === null || nowMs - this.#found.atMs > MANAGERS_GOOD_MS) this.#found = { atMs: nowMs, managers: this.#scan() };
    return this.#found.managers;
  }

  /** @throws VoltanaError MANAGED_ELSEWHERE */
  async assertUnmanaged(slots: readonly Slot[]): Promise<void> {
    const managers = await this.managers();
    for (const slot of slots) {
      const manager = managerOf(slot, managers);
      if (manager !== undefined)
        throw new VoltanaError('MANAGED_ELSEWHERE', `${slot.id} is managed by ${manager.name}, and is not taken from it`);
    }
  }

  /** @throws VoltanaError DEVICE_SHARED, and what the driver says */
  async assertOwn(slots: readonly Slot[], pids: readonly number[] | undefined): Promise<void> {
    const strict = slots.filter((slot) => !this.#mayBeShared(slot));
    const uses = await Promise.all(strict.map(({ id, driver }) => this.#parts.pool.call(driver, (one) => one.users(id))));
    if (uses.every((use) => foreignUse(use, undefined, new Map()) === null)) return;
    const parents = await this.#parts.options.processTree();
    uses.forEach((use, i) => {
      const why = foreignUse(use, pids, parents);
      if (why !== null) throw new VoltanaError('DEVICE_SHARED', `${strict[i]!.id} ${why}`);
    });
  }

  #mayBeShared({ info }: Slot): boolean {
    const { allowShared } = this.#parts.options;
    return allowShared === 'all' || (allowShared !== 'none' && isNamed(info, allowShared));
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = this.#parts.time.sleep(SEARCH_MS, done.signal).then(() => {
      throw new VoltanaError('DEVICE_FAILED', `no answer within ${SEARCH_MS} ms`);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      late.catch(() => undefined);
      done.abort();
    }
  }

  async #scan(): Promise<readonly ForeignManager[]> {
    const { options, notes } = this.#parts;
    try {
      const found = await this.#within(options.managers());
      return found.filter(({ name }) => !options.ignoredManagers.includes(name));
    } catch (reason) {
      notes.warn(`other managers could not be looked for: ${messageOf(reason)}`);
      return [];
    }
  }
}

export const managerOf = ({ id }: Slot, managers: readonly ForeignManager[]): ForeignManager | undefined =>
  managers.find(({ devices }) => devices === null || devices.includes(id));
