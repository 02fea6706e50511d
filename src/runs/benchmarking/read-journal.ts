import type { RequestOutcome } from '../../domain/request.ts';
import { lastSeenMs } from '../../telemetry/token-times.ts';
import type { DonePeriod } from './ab.ts';
import { decodeEntry, type JournalEntry, type RepeatEnded } from './journal-lines.ts';
import { toUnits } from './journal-units.ts';
import type { MeterLook } from './meter-reader.ts';

/** What a journal knows of one repeat. */
export interface RepeatProgress {
  readonly index: number;
  readonly seed: number;
  /** Null where it was interrupted. */
  readonly facts: RepeatEnded['facts'] | null;
  /** Schedule time of the last thing that was written down, ms; null where nothing was. */
  readonly lastMs: number | null;
  /** Of the schedule, as far as anybody wrote it down. */
  readonly sent: number;
  readonly ended: number;
  /** Ids, as `keptId` has them, of the requests that ended; emptied when the repeat has. */
  readonly endedIds: ReadonlySet<string>;
  readonly resumed: number;
}

export interface JournalProgress {
  /** By index, ascending. */
  readonly repeats: readonly RepeatProgress[];
  readonly periods: readonly DonePeriod[];
  /** What people should know, in sentences. */
  readonly notes: readonly string[];
}

/** Told of everything as it is read, so that a journal of any length takes no memory. A repeat that begins a second time counts from there. */
export interface JournalListener {
  begun?(index: number, seed: number): void;
  outcome?(outcome: RequestOutcome, index: number): void;
  sample?(sample: MeterLook, index: number): void;
  /** What follows was measured by another process: its counters are not those of before. */
  resumed?(index: number, atMs: number): void;
}

/** One repeat while it is read. */
class Reading {
  facts: RepeatEnded['facts'] | null = null;
  lastMs: number | null = null;
  sent = 0;
  ended = 0;
  resumed = 0;
  readonly endedIds = new Set<string>();
  /** Of each meter: when this process looked at it last. */
  readonly #looked = new Map<string, number>();
  readonly index: number;
  readonly seed: number;

  constructor(index: number, seed: number) {
    this.index = index;
    this.seed = seed;
  }

  seen(atMs: number): void {
    this.lastMs = Math.max(this.lastMs ?? -Infinity, atMs);
  }

  /** @returns whether it is new: a tail that stands there twice tells nothing the second time */
  outcome(outcome: RequestOutcome): boolean {
    if (this.endedIds.has(outcome.id)) return false;
    this.ended += 1;
    this.endedIds.add(outcome.id);
    this.seen(lastSeenMs(outcome));
    return true;
  }

  /** @returns whether it is new: nobody looks back */
  sample({ instance, atMs }: MeterLook): boolean {
    if (atMs <= (this.#looked.get(instance) ?? -Infinity)) return false;
    this.#looked.set(instance, atMs);
    this.seen(atMs);
    return true;
  }

  /** @returns whether it is new: one goes on where all before has ended, to the 10 us that are kept */
  resume(atMs: number): boolean {
    if (toUnits(atMs) < toUnits(this.lastMs ?? -Infinity)) return false;
    this.resumed += 1;
    this.#looked.clear();
    this.seen(atMs);
    return true;
  }

  end(facts: RepeatEnded['facts']): void {
    this.facts = facts;
    this.endedIds.clear();
  }
}

class JournalReading {
  readonly repeats = new Map<number, Reading>();
  readonly periods = new Map<string, DonePeriod>();
  readonly #listener: JournalListener;
  readonly #unknown = new Map<string, number>();
  #current: Reading | null = null;
  #homeless = 0;
  #twice = 0;

  constructor(listener: JournalListener) {
    this.#listener = listener;
  }

  add(line: object): void {
    const entry = decodeEntry(line);
    if (entry === null) this.#skip(Object.keys(line)[0] ?? '');
    else if (entry.kind === 'begun') this.#begin(entry.index, entry.seed);
    else if (entry.kind === 'period') this.periods.set(`${entry.done.phase} ${entry.done.index}`, entry.done);
    else if (this.#current === null) this.#homeless += 1;
    else this.#take(this.#current, entry);
  }

  notes(): string[] {
    const skipped = [...this.#unknown].map(([kind, count]) => `${count} of kind "${kind}"`).join(', ');
    return [
      ...(skipped === '' ? [] : [`entries that this version of voltana does not know are left out: ${skipped}`]),
      ...(this.#homeless === 0 ? [] : [`${this.#homeless} entries that stand in no repeat are left out`]),
      ...(this.#twice === 0 ? [] : [`${this.#twice} entries that stand there twice count once`]),
    ];
  }

  #begin(index: number, seed: number): void {
    this.#current = new Reading(index, seed);
    this.repeats.set(index, this.#current);
    this.#listener.begun?.(index, seed);
  }

  #take(repeat: Reading, entry: Exclude<JournalEntry, { kind: 'begun' | 'period' }>): void {
    if (entry.kind === 'outcome') {
      if (!repeat.outcome(entry.outcome)) this.#twice += 1;
      else this.#listener.outcome?.(entry.outcome, repeat.index);
    } else if (entry.kind === 'sample') {
      if (!repeat.sample(entry.sample)) this.#twice += 1;
      else this.#listener.sample?.(entry.sample, repeat.index);
    } else if (entry.kind === 'sent') {
      repeat.sent = Math.max(repeat.sent, entry.sent);
      repeat.seen(entry.atMs);
    } else if (entry.kind === 'resumed') {
      if (!repeat.resume(entry.atMs)) this.#twice += 1;
      else this.#listener.resumed?.(repeat.index, entry.atMs);
    } else {
      repeat.end(entry.facts);
      this.#current = null;
    }
  }

  #skip(kind: string): void {
    this.#unknown.set(kind, (this.#unknown.get(kind) ?? 0) + 1);
  }
}

/** @throws VoltanaError FILE_MALFORMED for an entry of ours that is not as it should be */
export async function readJournal(entries: AsyncIterable<object>, listener: JournalListener = {}): Promise<JournalProgress> {
  const reading = new JournalReading(listener);
  for await (const entry of entries) reading.add(entry);
  const repeats = [...reading.repeats.values()].sort((a, b) => a.index - b.index);
  return { repeats, periods: [...reading.periods.values()], notes: reading.notes() };
}
