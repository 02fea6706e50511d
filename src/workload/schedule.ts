import { VoltanaError } from '../domain/errors.ts';
import type { WorkloadRequest } from '../domain/request.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { Random } from '../ports/random.ts';
import { drawEmpiricalGap, drawRelativeGap } from './arrivals.ts';
import type { WorkloadCard } from './card.ts';
import { drawLengths } from './lengths.ts';

/** A mistyped rate or duration ends in a message, not in a process without memory. */
const MAX_REQUESTS = 5_000_000;

export interface ScheduleOptions {
  readonly card: WorkloadCard;
  readonly ratePerS: number;
  /** Gamma shape of the gaps: 1 = Poisson. */
  readonly burstiness: number;
  /** `empirical` draws from the gaps of the card's own trace, scaled to the rate; `burstiness` must then be 1. Gamma when left out. */
  readonly arrivalShape?: 'gamma' | 'empirical';
  /** Two streams of one seed: whatever changes the arrivals leaves the lengths as they are. */
  readonly arrivals: Random;
  readonly lengths: Random;
  /** Exactly so many requests, or all arrivals in [0, durationMs). */
  readonly extent: { readonly requests: number } | { readonly durationMs: number };
}

const checkPositive = (value: number, name: string): void => {
  if (!Number.isFinite(value) || value <= 0) throw new VoltanaError('BAD_VALUE', `${name} must be a number above 0, got ${value}`);
};

const checkCount = (requests: number, most: number): void => {
  if (!Number.isInteger(requests) || requests < 1 || requests > most) {
    throw new VoltanaError('BAD_VALUE', `requests must be a whole number from 1 to ${most}, got ${requests}`);
  }
};

const limitsOf = (extent: ScheduleOptions['extent']): { requests: number; durationMs: number } => {
  if ('requests' in extent) {
    checkCount(extent.requests, Number.MAX_SAFE_INTEGER);
    return { requests: extent.requests, durationMs: Infinity };
  }
  checkPositive(extent.durationMs, 'the duration in ms');
  return { requests: Infinity, durationMs: extent.durationMs };
};

/** Draws one gap in units of the mean gap. */
type DrawGap = (random: Random) => number;

const gapsOf = ({ card, burstiness, arrivalShape }: ScheduleOptions): DrawGap => {
  checkPositive(burstiness, 'the burstiness');
  if (arrivalShape !== 'empirical') return (random) => drawRelativeGap(burstiness, random);
  const { arrivals } = card;
  if (arrivals === undefined) {
    throw new VoltanaError('BAD_VALUE', `workload "${card.id}" has no arrivals of its own`, {
      hint: 'Use gamma arrivals, or a workload taken from a trace.',
    });
  }
  if (burstiness !== 1) {
    throw new VoltanaError('BAD_VALUE', `a burstiness of ${burstiness} has no meaning with empirical arrivals`, {
      hint: 'Leave it out, or use gamma arrivals.',
    });
  }
  return (random) => drawEmpiricalGap(arrivals, random);
};

const tooMany = (): VoltanaError =>
  new VoltanaError('BAD_VALUE', `this rate and duration ask for more than ${MAX_REQUESTS} requests`, {
    hint: 'Lower the rate or shorten the duration.',
  });

export const requestId = (number: number): string => `r${String(number).padStart(6, '0')}`;

/**
 * Draws an open-loop schedule, one request when it is asked for: it may be longer than memory. The first request arrives after the
 * first drawn gap, not at 0, so that [0, durationMs) holds rate x duration requests on average.
 * @returns ascending by arrival; ids r000001, r000002, ...
 * @throws VoltanaError BAD_VALUE, with the first request, as `schedule` does
 */
export function* drawnRequests(options: ScheduleOptions): Generator<WorkloadRequest, void, undefined> {
  checkPositive(options.ratePerS, 'the rate per second');
  const drawGap = gapsOf(options);
  const limits = limitsOf(options.extent);
  const meanGapMs = MS_PER_S / options.ratePerS;
  let arrivalMs = 0;
  for (let number = 1; number <= limits.requests; number++) {
    arrivalMs += meanGapMs * drawGap(options.arrivals);
    if (arrivalMs >= limits.durationMs) return;
    yield { id: requestId(number), arrivalMs, ...drawLengths(options.card, options.lengths) };
  }
}

/**
 * The same as a list.
 * @throws VoltanaError BAD_VALUE for a rate, burstiness, count or duration that is not a positive number, and for
 *   empirical arrivals that the card does not have
 */
export const schedule = (options: ScheduleOptions): WorkloadRequest[] => {
  if ('requests' in options.extent) checkCount(options.extent.requests, MAX_REQUESTS);
  const requests: WorkloadRequest[] = [];
  for (const request of drawnRequests(options)) {
    if (requests.length === MAX_REQUESTS) throw tooMany();
    requests.push(request);
  }
  return requests;
};
