import type { RunRecord } from '../domain/run-record.ts';

const TOLERANCE = 0.01;
const TOLERATED_REQUESTS = 2;
/** Fractions of counts differ by rounding in their last bits. */
const EPSILON = 1e-9;

/** Whether the candidate's joint SLO attainment is worse by more than 1 point or 2 requests, whichever is more. */
export const attainmentWorse = (baseline: RunRecord, candidate: RunRecord): boolean => {
  const [before, after] = [baseline.sloAttainment.joint, candidate.sloAttainment.joint];
  if (before === null || after === null) return false;
  const { offered, cancelled } = candidate.requests;
  return before - after > Math.max(TOLERANCE, TOLERATED_REQUESTS / (offered - cancelled)) + EPSILON;
};
