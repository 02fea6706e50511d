import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import type { FittedCards, FittedDocument, ProfileDocument } from '../../domain/profile.ts';
import { checkedData } from './checked.ts';
import { dvfsTable } from './dvfs.ts';
import { fitInstance, type InstanceFit } from './fit-instance.ts';
import { qualityOf } from './held-out.ts';

/** Everything of a fitted document but its header. */
export type Fit = Pick<FittedDocument, 'provenance' | 'quality' | 'dvfs' | 'instances' | 'cards' | 'warnings'>;

const inPhases = <T>(of: (phase: Role) => T): Record<Role, T> => ({ prefill: of('prefill'), decode: of('decode') });

/**
 * Fits a predictor per instance from the valid points of a profile. Errors are on points the fit had not seen.
 * @param cards what the deployment is made of; without them there is no physics-informed model
 * @throws VoltanaError MEASUREMENT_INVALID when a phase has no valid point
 */
export function fitProfile(profile: Pick<ProfileDocument, 'points' | 'idle' | 'provenance'>, cards: FittedCards | null): Fit {
  const { instances, warnings } = checkedData(profile);
  for (const phase of ['prefill', 'decode'] as const) {
    if (instances.some((one) => one.phase === phase)) continue;
    throw new VoltanaError('MEASUREMENT_INVALID', `the profile has no valid ${phase} point`);
  }
  const fits = instances.map((data) => fitInstance(data, cards));
  const of = (phase: Role): InstanceFit[] => fits.filter(({ fitted }) => fitted.phase === phase);
  return {
    provenance: profile.provenance,
    quality: inPhases((phase) => qualityOf(of(phase).flatMap(({ heldOut }) => heldOut))),
    dvfs: inPhases((phase) => dvfsTable(of(phase)[0]!.fitted, { cards, provenance: profile.provenance })),
    instances: fits.map(({ fitted }) => fitted),
    cards,
    warnings: [...warnings, ...fits.flatMap((fit) => fit.warnings)],
  };
}
