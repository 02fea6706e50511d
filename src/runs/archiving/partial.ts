import type { PartialRun } from '../../domain/recorded-run.ts';
import type { RequestOutcome } from '../../domain/request.ts';
import type { JournalContents, RunEntry } from '../../ports/run-archive.ts';
import type { DonePeriod } from '../benchmarking/ab.ts';
import { readJournal } from '../benchmarking/read-journal.ts';
import type { MeterLook } from '../benchmarking/meter-reader.ts';

const MS_PER_S = 1000;

/** Joules of counters that may be reset: what was added between one reading and the next. */
class JoulesSoFar {
  #totalJ: number | null = null;
  readonly #lastJ = new Map<string, number>();

  add({ instance, energyJ }: MeterLook): void {
    const last = this.#lastJ.get(instance);
    this.#totalJ = (this.#totalJ ?? 0) + Math.max(0, energyJ - (last ?? energyJ));
    this.#lastJ.set(instance, energyJ);
  }

  /** Another repeat, or another process: what was drawn in between is nobody's. */
  begin(): void {
    this.#lastJ.clear();
  }

  get totalJ(): number | null {
    return this.#totalJ;
  }
}

/** Of an A/B test, whose journal knows no single requests. */
function ofPeriods(periods: readonly DonePeriod[]) {
  const sum = (of: (period: DonePeriod['period']) => number): number => periods.reduce((total, { period }) => total + of(period), 0);
  const isMetered = periods.length > 0 && periods.every(({ period }) => period.energyJ !== null);
  return {
    completed: sum(({ completed }) => completed),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    seconds: sum(({ startS, endS }) => endS - startS),
    energyJ: isMetered ? sum(({ energyJ }) => energyJ!) : null,
  };
}

/** What a run that has no document has come to, by its journal. @throws VoltanaError FILE_MALFORMED */
export async function partialRun({ plan, entries, torn, entry }: JournalContents & { readonly entry: RunEntry }): Promise<PartialRun> {
  const joules = new JoulesSoFar();
  const counts: Record<RequestOutcome['status'], number> = { completed: 0, failed: 0, rejected: 0, cancelled: 0, unfinished: 0 };
  let outputTokens = 0;
  const { repeats, periods, notes } = await readJournal(entries, {
    begun: () => joules.begin(),
    resumed: () => joules.begin(),
    outcome: (outcome) => {
      counts[outcome.status] += 1;
      outputTokens += outcome.outputTokens;
    },
    sample: (sample) => joules.add(sample),
  });
  const tested = ofPeriods(periods);
  const ended = repeats.reduce((sum, repeat) => sum + repeat.ended, 0);
  return {
    run: entry,
    plan,
    requests: { ended: ended + tested.completed, ...counts, completed: counts.completed + tested.completed },
    outputTokens: outputTokens + tested.outputTokens,
    seconds: repeats.reduce((sum, { lastMs }) => sum + Math.max(0, lastMs ?? 0) / MS_PER_S, tested.seconds),
    energyJ: joules.totalJ ?? tested.energyJ,
    repeats: { begun: repeats.length, ended: repeats.filter(({ facts }) => facts !== null).length },
    periods: periods.length,
    resumed: repeats.reduce((sum, { resumed }) => sum + resumed, 0),
    tornBytes: torn,
    notes,
  };
}
