import type { RunRecord } from '../../domain/run-record.ts';
import { independentRequests } from './latency-spread.ts';

/** Agresti and Caffo: one hit and one miss more, so that none missed of 50 is not the same as none ever. */
const variance = (fraction: number, n: number): number => {
  const shrunk = (fraction * n + 1) / (n + 2);
  return (shrunk * (1 - shrunk)) / (n + 2);
};

/** Standard error of a fraction of a run's requests. */
export const fractionSpread = (run: RunRecord, fraction: number): number => Math.sqrt(variance(fraction, independentRequests(run)));

/** Of goodput's logarithm: the rate at which requests came is the schedule's, how many of them were good is chance. */
export const goodputSpread = (run: RunRecord): number | null => {
  const { joint } = run.sloAttainment;
  return joint === null || joint === 0 ? null : fractionSpread(run, joint) / joint;
};
