import type { WorkloadRequest } from '../domain/request.ts';
import { createRandom } from '../statistics/random.ts';
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
