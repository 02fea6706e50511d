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

/** In order, each once: the same point twice (a file given twice, a journal copied) is one measurement. */
const unique = <T>(items: readonly T[]): T[] => [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];

export type Measured = Pick<ProfileDocument, 'points' | 'idle' | 'provenance' | 'evidence'>;

/** One profile of several of the same fingerprint. @throws VoltanaError BAD_VALUE */
export function mergeProfiles(inputs: readonly InputOf<'profile'>[]): { readonly measured: Measured; readonly notes: readonly string[] } {
  const first = inputs[0]!;
  for (const other of inputs) checkSame(first, other);
  const all = inputs.flatMap(({ profile }) => profile.points);
  const points = unique(all);
  const twice = all.length - points.length;
  return {
    measured: {
      points,
      idle: unique(inputs.flatMap(({ profile }) => profile.idle)),
      provenance: first.profile.provenance,
      evidence: weakest(...inputs.map(({ profile }) => profile.evidence)),
    },
    notes: twice === 0 ? [] : [`${twice} of ${all.length} points are there twice and count once`],
  };
}
