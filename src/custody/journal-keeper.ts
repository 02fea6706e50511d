import type { CustodyRecord, HeldDevice } from '../domain/custody.ts';
import type { CustodyJournal } from '../ports/custody-journal.ts';
import type { Time } from '../ports/time.ts';
import { backoffMs } from './backoff.ts';
import { Line } from './line.ts';
import { messageOf } from './refusal.ts';

const MS_PER_S = 1000;

/** What may be locked, as it is written down: before the first lock, and again, sooner or later, when it is free. */
export class JournalKeeper {
  readonly #journal: CustodyJournal;
  readonly #time: Time;
  readonly #line = new Line();
  readonly #held = new Map<string, HeldDevice>();
  #epoch = 0;
  /** Changes, and how many of them are written down. */
  #changes = 0;
  #written = 0;
  #failures = 0;
  #cancel: (() => void) | null = null;
  #stopped = false;
  /** Why it cannot be written; null while it can. */
  problem: string | null = null;

  constructor(journal: CustodyJournal, time: Time) {
    this.#journal = journal;
    this.#time = time;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Begins the next epoch. Where the earlier ones cannot be read, tokens go on from the date, which is ahead of them.
   * @throws VoltanaError JOURNAL_FAILED
   */
  async load(wallMs: number): Promise<{ readonly held: readonly HeldDevice[]; readonly damaged: string | null }> {
    const { record, damaged } = await this.#journal.load();
    const held = record?.held ?? [];
    this.#epoch = damaged === null ? (record?.epoch ?? 0) + 1 : Math.floor(wallMs / MS_PER_S);
    for (const one of held) this.#held.set(one.id, one);
    this.#changes += 1;
    return { held, damaged };
  }

  /** Resolves when all of it is written down. @throws VoltanaError JOURNAL_FAILED, with what was held before held again */
  async hold(devices: readonly HeldDevice[]): Promise<void> {
    const before = new Map(devices.map(({ id }) => [id, this.#held.get(id)]));
    for (const device of devices) this.#held.set(device.id, device);
    this.#changes += 1;
    try {
      await this.#write();
    } catch (reason) {
      // Not what others have written down for the same device meanwhile.
      for (const device of devices) if (this.#held.get(device.id) === device) this.#putBack(device.id, before.get(device.id));
      throw reason;
    }
  }

  #putBack(id: string, held: HeldDevice | undefined): void {
    if (held === undefined) this.#held.delete(id);
    else this.#held.set(id, held);
  }

  /** It is free: that is written down in the background, as often as it takes. */
  forget(id: string): void {
    if (!this.#held.delete(id)) return;
    this.#changes += 1;
    void this.flush();
  }

  /** Resolves after one try, whether it worked or not; goes on trying by itself. */
  async flush(): Promise<void> {
    if (this.#written >= this.#changes) return;
    await this.#write().catch(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  #write(): Promise<void> {
    const wanted = this.#changes;
    // Whoever waits in line may find that somebody before has written it all.
    return this.#line.run(async () => (this.#written >= wanted ? undefined : this.#save()));
  }

  async #save(): Promise<void> {
    const changes = this.#changes;
    const record: CustodyRecord = { epoch: this.#epoch, held: [...this.#held.values()] };
    try {
      await this.#journal.save(record);
      this.#written = changes;
      this.#failures = 0;
      this.problem = null;
    } catch (reason) {
      this.#failures += 1;
      this.problem = messageOf(reason);
      this.#retry();
      throw reason;
    }
  }

  #retry(): void {
    if (this.#stopped) return;
    this.#disarm();
    this.#cancel = this.#time.at(this.#time.nowMs() + backoffMs(this.#failures), () => void this.flush());
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
