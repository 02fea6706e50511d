import { ROLES, type Role } from '../../domain/instance.ts';
import type { FittedInstance } from '../../domain/profile.ts';
import { fitProfile } from '../../prediction/fit/fit-profile.ts';
import { companionFile, LOOKUP_SUBJECTS } from '../../prediction/tables/lookup.ts';
import { lookupText } from '../../prediction/tables/write-lookup.ts';
import type { FitResult } from './fit.ts';

export interface TextFile {
  readonly file: string;
  readonly text: string;
}

const several = ({ fitted }: FitResult, phase: Role): boolean => fitted.instances.filter((each) => each.phase === phase).length > 1;

/** The format has one table for all instances of a phase: where there are several, one fit over the points of them all. */
function pooled(result: FitResult): readonly FittedInstance[] {
  const { fitted, measured } = result;
  if (measured === null || !ROLES.some((phase) => several(result, phase))) return fitted.instances;
  const phaseOf = new Map(fitted.instances.map(({ instance, phase }) => [instance, phase]));
  const points = measured.points.map((point) => ({ ...point, instance: point.phase }));
  const idle = measured.idle.flatMap((at) => (phaseOf.has(at.instance) ? [{ ...at, instance: phaseOf.get(at.instance)! }] : []));
  return fitProfile({ ...measured, points, idle }, null).instances;
}

/**
 * A fit as the reference's tables: `file` is the first of them (latency of decode, of prefill where there is none), the others lie beside
 * it under names that say what they are.
 */
export function lookupFiles(result: FitResult, file: string): TextFile[] {
  const instances = new Map(pooled(result).map((instance) => [instance.phase, instance]));
  const there = LOOKUP_SUBJECTS.filter(({ phase }) => instances.has(phase));
  return there.map((subject) => ({
    file: subject === there[0] ? file : companionFile(file, subject),
    text: lookupText(instances.get(subject.phase)!, subject.quantity),
  }));
}
