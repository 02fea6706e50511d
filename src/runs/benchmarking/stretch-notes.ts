import type { RequestOutcome } from '../../domain/request.ts';
import { later } from '../../telemetry/stitch.ts';
import type { JournalEntry } from './journal-lines.ts';
import type { MeterLook } from './meter-reader.ts';

/** Writes down one stretch of a repeat as it goes, on the repeat's clock. */
export class StretchNotes {
  readonly #write: (entry: JournalEntry) => void;
  readonly #offsetMs: number;
  readonly #sentBefore: number;
  /** Read before the stretch has a zero. */
  readonly #early: MeterLook[] = [];
  #zeroMs: number | null = null;
  #sent = 0;

  /** @param offsetMs where the stretch's zero lies in its repeat @param sentBefore requests of the repeat's schedule */
  constructor(write: (entry: JournalEntry) => void, offsetMs: number, sentBefore: number) {
    this.#write = write;
    this.#offsetMs = offsetMs;
    this.#sentBefore = sentBefore;
  }

  /** @param zeroMs a `Time` value, as those of looks */
  begin(zeroMs: number): void {
    this.#zeroMs = zeroMs;
    this.looks(this.#early.splice(0));
  }

  looks(looks: readonly MeterLook[]): void {
    const zeroMs = this.#zeroMs;
    if (zeroMs === null) this.#early.push(...looks);
    else looks.forEach((look) => this.#write({ kind: 'sample', sample: { ...look, atMs: look.atMs - zeroMs + this.#offsetMs } }));
  }

  /** @param sent of this stretch */
  sent(sent: number, nowMs: number): void {
    if (sent <= this.#sent || this.#zeroMs === null) return;
    this.#sent = sent;
    this.#write({ kind: 'sent', sent: this.#sentBefore + sent, atMs: nowMs - this.#zeroMs + this.#offsetMs });
  }

  /** @param outcome on the stretch's own clock */
  outcome(outcome: RequestOutcome): void {
    this.#write({ kind: 'outcome', outcome: later(outcome, this.#offsetMs) });
  }
}
