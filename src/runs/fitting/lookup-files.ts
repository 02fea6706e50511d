import type { Role } from '../../domain/instance.ts';
import type { FittedInstance } from '../../domain/profile.ts';
import { fitProfile } from '../../prediction/fit/fit-profile.ts';
import { companionFile, LOOKUP_SUBJECTS } from '../../prediction/tables/lookup.ts';
import { lookupText } from '../../prediction/tables/write-lookup.ts';
import type { FitResult } from './fit.ts';

export interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** The format has one table for all instances of a phase: where there are several, one fit over the points of them all. */
function pooled({ fitted, measured }: FitResult, phase: Role): FittedInstance | null {
  const own = fitted.instances.filter((instance) => instance.phase === phase);
  if (own.length <= 1 || measured === null) return own[0] ?? null;
  const points = measured.points.flatMap((point) => (point.phase === phase ? [{ ...point, instance: phase }] : []));
  const idle = measured.idle
    .filter(({ instance }) => own.some((one) => one.instance === instance))
    .map((at) => ({ ...at, instance: phase }));
  return fitProfile({ ...measured, points, idle }, null).instances[0] ?? null;
}

/**
 * A fit as the reference's tables: `file` is the first of them (latency of decode, of prefill where there is none), the others lie beside
 * it under names that say what they are.
 */
export function lookupFiles(result: FitResult, file: string): TextFile[] {
  const instances = { prefill: pooled(result, 'prefill'), decode: pooled(result, 'decode') };
  const there = LOOKUP_SUBJECTS.filter(({ phase }) => instances[phase] !== null);
  return there.map((subject) => ({
    file: subject === there[0] ? file : companionFile(file, subject),
    text: lookupText(instances[subject.phase]!, subject.quantity),
  }));
}
