import { mean } from 'simple-statistics';
import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import type { DvfsRow, FittedDocument, ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import { fitInstance } from './fit-instance.ts';
import { heldOutQuality } from './quality.ts';
import { groupBy } from './samples.ts';

/** Per clock, the mean over the profiled points of a phase: the shape of the energy curve at a glance. */
const dvfsOf = (points: readonly ProfilePoint[]): DvfsRow[] =>
  [...groupBy(points, ({ requestedClockMhz }) => requestedClockMhz)]
    .map(([clockMhz, group]) => ({
      clockMhz,
      latencyMs: mean(group.map((point) => point.latencyMs)),
      powerW: mean(group.map((point) => point.powerW)),
      energyJ: mean(group.map((point) => point.energyJ)),
    }))
    .sort((a, b) => a.clockMhz - b.clockMhz);

const ofPhase = (points: readonly ProfilePoint[], phase: Role): ProfilePoint[] =>
  points.filter((point) => point.valid && point.phase === phase);

/** Everything of a fitted document but its header. */
export type Fit = Pick<FittedDocument, 'provenance' | 'quality' | 'dvfs' | 'instances'>;

/**
 * Fits a predictor per instance from the valid points of a profile. Errors are on points the fit had not seen.
 * @throws VoltanaError MEASUREMENT_INVALID when a phase has no valid point
 */
export function fitProfile(profile: Pick<ProfileDocument, 'points' | 'idle' | 'provenance'>): Fit {
  const { points, idle, provenance } = profile;
  const phases = { prefill: ofPhase(points, 'prefill'), decode: ofPhase(points, 'decode') };
  for (const [phase, valid] of Object.entries(phases)) {
    if (valid.length === 0) throw new VoltanaError('MEASUREMENT_INVALID', `the profile has no valid ${phase} point`);
  }
  const both = [...phases.prefill, ...phases.decode];
  return {
    provenance,
    quality: { prefill: heldOutQuality(phases.prefill, idle, provenance.tp), decode: heldOutQuality(phases.decode, idle, provenance.tp) },
    dvfs: { prefill: dvfsOf(phases.prefill), decode: dvfsOf(phases.decode) },
    instances: [...groupBy(both, ({ instance }) => instance).values()].map((own) => fitInstance(own, idle, provenance.tp)),
  };
}
