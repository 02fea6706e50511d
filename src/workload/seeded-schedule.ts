import type { WorkloadRequest } from '../domain/request.ts';
import { createRandom } from '../statistics/random.ts';
import { schedule, type ScheduleOptions } from './schedule.ts';

/**
 * `schedule` from one seed: the same seed gives the same schedule, and another rate or burstiness the same lengths.
 * @throws VoltanaError BAD_VALUE as `schedule` does; RangeError for a seed that is no safe integer
 */
export const seededSchedule = ({
  seed,
  ...options
}: Omit<ScheduleOptions, 'arrivals' | 'lengths'> & { readonly seed: number }): WorkloadRequest[] => {
  const random = createRandom(seed);
  return schedule({ ...options, arrivals: random.fork('arrivals'), lengths: random.fork('lengths') });
};
