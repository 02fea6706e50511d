import { VoltanaError } from '../domain/errors.ts';
import type { WorkloadRequest } from '../domain/request.ts';
import type { Random } from '../ports/random.ts';
import { arrivalTimes, checkCount, type ArrivalOptions } from './arrival-times.ts';
import type { WorkloadCard } from './card.ts';
import { drawLengths } from './lengths.ts';

/** A mistyped rate or duration ends in a message, not in a process without memory. */
const MAX_REQUESTS = 5_000_000;

/** Two streams of one seed: whatever changes the arrivals leaves the lengths as they are. `empirical` draws from the gaps of the card's own trace. */
export interface ScheduleOptions extends Omit<ArrivalOptions, 'own' | 'ownName'> {
  readonly card: WorkloadCard;
  readonly lengths: Random;
}

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
  const { card, lengths } = options;
  let number = 0;
  for (const arrivalMs of arrivalTimes({ ...options, own: card.arrivals, ownName: `workload "${card.id}"` })) {
    number += 1;
    yield { id: requestId(number), arrivalMs, ...drawLengths(card, lengths) };
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
