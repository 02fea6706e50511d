import type { RequestOutcome, WorkloadRequest } from '../../domain/request.ts';
import { keptId } from './journal-outcome.ts';
import { readJournal, type JournalProgress, type RepeatProgress } from './read-journal.ts';
import type { MeterLook } from './meter-reader.ts';

/** How an interrupted repeat goes on. */
export interface Rest {
  /** What is still to be sent, on a schedule whose zero is the moment that the journal saw last. */
  readonly rest: readonly WorkloadRequest[];
  /** Requests that were on their way then: nobody saw their end. On the repeat's own clock; still to be written down. */
  readonly cancelled: readonly RequestOutcome[];
  /** Where the rest's zero lies on the repeat's own clock, ms: what the second stretch tells is later by this. */
  readonly offsetMs: number;
}

const CUT_OFF = 'voltana ended while it was on its way';

/** Nobody knows when it was really sent; an open loop sends at the intended time. */
const cancelledAt = ({ id, promptTokens }: WorkloadRequest, sentMs: number, endMs: number): RequestOutcome => ({
  id,
  status: 'cancelled',
  intendedMs: sentMs,
  sentMs,
  firstTokenMs: null,
  endMs,
  promptTokens,
  outputTokens: 0,
  gapsMs: [],
  error: CUT_OFF,
});

type WasSent = (request: WorkloadRequest, index: number) => boolean;

/** An open loop has sent what was due. A closed one sends in order: whatever stands before one that has ended was sent, too. */
function sentBy(schedule: readonly WorkloadRequest[], loop: 'open' | 'closed', { lastMs, sent, endedIds }: RepeatProgress): WasSent {
  if (loop === 'open') return ({ arrivalMs }) => lastMs !== null && arrivalMs <= lastMs;
  const lastEnded = schedule.findLastIndex(({ id }) => endedIds.has(keptId(id)));
  const count = Math.max(sent, lastEnded + 1);
  return (_, index) => index < count;
}

/**
 * What is left of an interrupted repeat. Every request of its schedule has ended, is cancelled or is in the rest, and is so once.
 * @param schedule the whole of the repeat, as it was
 */
export function restOf(schedule: readonly WorkloadRequest[], loop: 'open' | 'closed', progress: RepeatProgress): Rest {
  const offsetMs = Math.max(0, progress.lastMs ?? 0);
  const wasSent = sentBy(schedule, loop, progress);
  const rest: WorkloadRequest[] = [];
  const cancelled: RequestOutcome[] = [];
  schedule.forEach((request, index) => {
    if (progress.endedIds.has(keptId(request.id))) return;
    const { arrivalMs } = request;
    if (wasSent(request, index)) cancelled.push(cancelledAt(request, loop === 'open' ? arrivalMs : offsetMs, offsetMs));
    else rest.push(loop === 'open' ? { ...request, arrivalMs: arrivalMs - offsetMs } : request);
  });
  return { rest, cancelled, offsetMs };
}

/** What one process measured of a repeat, on the repeat's own clock. Its counters go on from nobody's. */
export interface KeptPart {
  readonly atMs: number;
  readonly outcomes: RequestOutcome[];
  readonly samples: MeterLook[];
}

/** All of a journal in memory, for runs that are short enough. */
export interface KeptRepeat extends RepeatProgress {
  readonly parts: readonly KeptPart[];
}

export async function keptOf(
  entries: AsyncIterable<object>,
): Promise<Omit<JournalProgress, 'repeats'> & { readonly repeats: readonly KeptRepeat[] }> {
  const parts = new Map<number, KeptPart[]>();
  const begin = (index: number, atMs: number): void => void parts.get(index)!.push({ atMs, outcomes: [], samples: [] });
  const last = (index: number): KeptPart => parts.get(index)!.at(-1)!;
  const { repeats, ...rest } = await readJournal(entries, {
    begun: (index) => {
      parts.set(index, []);
      begin(index, 0);
    },
    resumed: begin,
    outcome: (outcome, index) => void last(index).outcomes.push(outcome),
    sample: (sample, index) => void last(index).samples.push(sample),
  });
  return { ...rest, repeats: repeats.map((repeat) => ({ ...repeat, parts: parts.get(repeat.index)! })) };
}
