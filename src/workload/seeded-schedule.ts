import type { WorkloadRequest } from '../domain/request.ts';
import { createRandom } from '../statistics/random.ts';
import { arrivalTimes, type ArrivalOptions } from './arrival-times.ts';
import { drawnRequests, schedule, type ScheduleOptions } from './schedule.ts';

type SeededOptions = Omit<ScheduleOptions, 'arrivals' | 'lengths'> & { readonly seed: number };

const withStreams = ({ seed, ...options }: SeededOptions): ScheduleOptions => {
  const random = createRandom(seed);
  return { ...options, arrivals: random.fork('arrivals'), lengths: random.fork('lengths') };
};

/**
 * `schedule` from one seed: the same seed gives the same schedule, and another rate or burstiness the same lengths.
 * @throws VoltanaError BAD_VALUE as `schedule` does; RangeError for a seed that is no safe integer
 */
export const seededSchedule = (options: SeededOptions): WorkloadRequest[] => schedule(withStreams(options));

/** The same, drawn as it is read: the very requests of `seededSchedule`. */
export const seededRequests = (options: SeededOptions): Generator<WorkloadRequest, void, undefined> => drawnRequests(withStreams(options));

/**
 * Requests at new times, drawn from one seed as a schedule's are; their own times are forgotten, their order, lengths and prefixes
 * kept. For traces that have no times. Ends with the requests, or where the extent does.
 * @throws VoltanaError BAD_VALUE as `schedule` does, with the first request
 */
export function* seededArrivals(
  requests: Iterable<WorkloadRequest>,
  { seed, ...options }: Omit<ArrivalOptions, 'arrivals'> & { readonly seed: number },
): Generator<WorkloadRequest, void, undefined> {
  const times = arrivalTimes({ ...options, arrivals: createRandom(seed).fork('arrivals') });
  for (const request of requests) {
    const { value: arrivalMs } = times.next();
    if (arrivalMs === undefined) return;
    yield { ...request, arrivalMs };
  }
}
