import type { Comparison } from '../domain/run-record.ts';

/** Says in words whether joules and milliseconds come from hardware or from a model. Never empty, so that no figure passes for more than it is. */
export const originOf = ({ evidence, baseline, candidate }: Comparison): string => {
  const modes = new Set([baseline.mode, candidate.mode]);
  if (modes.has('simulated')) return 'all of this is simulated: models on virtual time, nothing was measured on a GPU';
  if (modes.has('emulated')) return 'all of this is emulated: the GPUs, their clocks and their joules are modelled, not measured';
  if (evidence === 'measured') return 'this was measured on real GPUs';
  return `part of this comes from a model (evidence: ${evidence})`;
};
