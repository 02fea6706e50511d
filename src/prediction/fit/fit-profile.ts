import { ROLES, type Role } from '../../domain/instance.ts';
import type { DvfsRequests, DvfsRow, FittedCards, FittedDocument, ProfileDocument } from '../../domain/profile.ts';
import { checkedData } from './checked.ts';
import { fitInstance, type InstanceFit } from './fit-instance.ts';
import { qualityOf } from './held-out.ts';
import { nothingToFit } from './nothing-to-fit.ts';
import { phaseDvfs } from './phase-dvfs.ts';

/** Everything of a fitted document but its header. */
export type Fit = Pick<FittedDocument, 'provenance' | 'quality' | 'dvfs' | 'dvfsRequests' | 'instances' | 'cards' | 'warnings'>;

const inPhases = <T>(of: (phase: Role) => T): Record<Role, T> => ({ prefill: of('prefill'), decode: of('decode') });

const dvfsOf = (fits: readonly InstanceFit[], source: Pick<Fit, 'cards' | 'provenance' | 'dvfsRequests'>): DvfsRow[] =>
  fits.length === 0
    ? []
    : phaseDvfs(
        fits.map(({ data }) => data),
        fits.map(({ fitted }) => fitted),
        source,
      );

/**
 * Fits a predictor per instance from the valid points of a profile. Errors are on points the fit had not seen. A phase that was not
 * measured has no instance, no quality and no table.
 * @param cards what the deployment is made of; without them there is no physics-informed model
 * @param requests whose load the DVFS tables are made for; left out, those of the points
 * @throws VoltanaError MEASUREMENT_INVALID when there is no valid point, FILE_MALFORMED when none of them has figures
 */
export function fitProfile(
  profile: Pick<ProfileDocument, 'points' | 'idle' | 'provenance'>,
  cards: FittedCards | null,
  requests?: DvfsRequests,
): Fit {
  const { instances, warnings } = checkedData(profile);
  if (instances.length === 0) throw nothingToFit(profile.points);
  const unmeasured = ROLES.filter((phase) => !instances.some((one) => one.phase === phase));
  const fits = instances.map((data) => fitInstance(data, cards));
  const of = (phase: Role): InstanceFit[] => fits.filter(({ fitted }) => fitted.phase === phase);
  const source = { cards, provenance: profile.provenance, ...(requests && { dvfsRequests: requests }) };
  return {
    ...source,
    quality: inPhases((phase) => qualityOf(of(phase).flatMap(({ heldOut }) => heldOut))),
    dvfs: inPhases((phase) => dvfsOf(of(phase), source)),
    instances: fits.map(({ fitted }) => fitted),
    warnings: [
      ...unmeasured.map((phase) => `there is no valid ${phase} point: nothing is known of ${phase}`),
      ...warnings,
      ...fits.flatMap((fit) => fit.warnings),
    ],
  };
}
