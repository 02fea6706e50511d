import { VoltanaError } from '../../domain/errors.ts';
import { weakest } from '../../domain/evidence.ts';
import type { ProfileDocument, Provenance } from '../../domain/profile.ts';
import type { InputOf } from './inputs.ts';

const KEYS: readonly (keyof Provenance)[] = ['fingerprint', 'gpu', 'model', 'tp', 'engine', 'cluster'];

/** Profiles of another deployment are another device's truth. @throws VoltanaError BAD_VALUE */
function checkSame(first: InputOf<'profile'>, other: InputOf<'profile'>): void {
  const key = KEYS.find((each) => first.profile.provenance[each] !== other.profile.provenance[each]);
  if (key === undefined) return;
  const [ours, theirs] = [first, other].map(({ profile }) => JSON.stringify(profile.provenance[key]).slice(0, 80));
  throw new VoltanaError(
    'BAD_VALUE',
    `${other.file} was measured on another deployment than ${first.file}: its ${key} is ${theirs}, not ${ours}`,
    {
      hint: 'Fit them one by one.',
    },
  );
}

export type Measured = Pick<ProfileDocument, 'points' | 'idle' | 'provenance' | 'evidence'>;

/** One profile of several of the same fingerprint. What stands in two of them is for the fit to leave out. @throws VoltanaError BAD_VALUE */
export function mergeProfiles(inputs: readonly InputOf<'profile'>[]): Measured {
  const first = inputs[0]!;
  for (const other of inputs) checkSame(first, other);
  const profiles = inputs.map(({ profile }) => profile);
  return {
    points: profiles.flatMap(({ points }) => points),
    idle: [...new Map(profiles.flatMap(({ idle }) => idle).map((each) => [JSON.stringify(each), each])).values()],
    provenance: first.profile.provenance,
    evidence: weakest(...profiles.map(({ evidence }) => evidence)),
  };
}
