import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { toSchedule } from '../../workload/replay.ts';
import { seededArrivals } from '../../workload/seeded-schedule.ts';
import type { Trace } from '../../workload/traces/import.ts';

export interface ReplayRequest {
  /** Mean rate that the trace's own times are stretched to; at which requests without times are drawn, as Poisson arrivals. */
  readonly ratePerS: number | undefined;
  readonly durationS: number | undefined;
  readonly requests: number | undefined;
  readonly seed: number;
}

/** A trace as a schedule. */
export interface Replay {
  readonly schedule: WorkloadRequest[];
  /** When the last request of the whole trace arrives, s. */
  readonly lastS: number;
}

const limits = ({ durationS, requests }: ReplayRequest): { toMs: number; requests?: number } => ({
  toMs: durationS === undefined ? Infinity : durationS * MS_PER_S,
  ...(requests === undefined ? {} : { requests }),
});

const lastOf = (requests: Iterable<WorkloadRequest>): number => {
  let lastMs = 0;
  for (const { arrivalMs } of requests) lastMs = arrivalMs;
  return lastMs;
};

function* stretched(requests: Iterable<WorkloadRequest>, factor: number): Generator<WorkloadRequest, void, undefined> {
  for (const one of requests) yield { ...one, arrivalMs: one.arrivalMs * factor };
}

const withoutTimes = (trace: Trace, file: string, request: ReplayRequest): Replay => {
  const { ratePerS, seed } = request;
  if (ratePerS === undefined)
    throw new VoltanaError('BAD_FLAG', `${file} does not tell when its requests came`, {
      hint: 'Give --rate R: they then come at random, R a second.',
    });
  const extent = { requests: trace.requests.length };
  const schedule = toSchedule(seededArrivals(trace.requests, { ratePerS, burstiness: 1, seed, extent }), limits(request));
  return { schedule, lastS: (schedule.at(-1)?.arrivalMs ?? 0) / MS_PER_S };
};

/**
 * A trace at its own times, or at those times stretched to a rate; one without times at that rate.
 * @throws VoltanaError BAD_FLAG for one without times and no rate, BAD_VALUE for a rate of requests that all come at once
 */
export function replayTrace(trace: Trace, file: string, request: ReplayRequest): Replay {
  if (!trace.timed) return withoutTimes(trace, file, request);
  const { ratePerS } = request;
  const lastMs = lastOf(trace.requests);
  const ownRate = lastMs > 0 ? ((trace.requests.length - 1) * MS_PER_S) / lastMs : null;
  if (ratePerS !== undefined && ownRate === null)
    throw new VoltanaError('BAD_VALUE', `${file} has no rate that --rate ${ratePerS} could change: all its requests arrive at once`);
  const factor = ratePerS === undefined ? 1 : ownRate! / ratePerS;
  const requests = factor === 1 ? trace.requests : stretched(trace.requests, factor);
  return { schedule: toSchedule(requests, limits(request)), lastS: lastMs / MS_PER_S };
}
