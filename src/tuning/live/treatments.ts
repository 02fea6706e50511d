import type { AuditEntry, RolloutStage, Treatment } from '../../domain/live-tuning.ts';

type Treatments = ReadonlyMap<string, Treatment>;
const KINDS: readonly Treatment[] = ['governed', 'control', 'shadow'];
/** More names than this are only counted. */
const MOST_NAMES = 8;

const namesOf = (treatments: Treatments, kind: Treatment): string[] => [...treatments].filter(([, its]) => its === kind).map(([id]) => id);

const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMES ? names.join(' ') : `${names.slice(0, MOST_NAMES).join(' ')} and ${names.length - MOST_NAMES} more`;

export const sameTreatments = (one: Treatments, other: Treatments): boolean =>
  one.size === other.size && [...one].every(([id, treatment]) => other.get(id) === treatment);

export const countsOf = (treatments: Treatments): AuditEntry['figures'] =>
  Object.fromEntries(KINDS.map((kind) => [kind, namesOf(treatments, kind).length]));

/** Which domain is treated how, for people. */
export function treatmentWords(stage: RolloutStage, treatments: Treatments): string {
  const parts = KINDS.flatMap((kind) => {
    const names = namesOf(treatments, kind);
    return names.length === 0 ? [] : [`${kind} ${listed(names)}`];
  });
  return `${stage}: ${parts.length === 0 ? 'no domains' : parts.join('; ')}`;
}
