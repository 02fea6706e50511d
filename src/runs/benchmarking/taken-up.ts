import { MS_PER_S } from '../../domain/units.ts';
import type { BenchPool, Stretch, StretchEnd } from './pool.ts';
import type { KeptPart, KeptRepeat, Rest } from './resume.ts';

/** A stretch that an earlier process measured. */
export interface KeptStretch {
  readonly stretch: Stretch;
  readonly end: StretchEnd;
  readonly wallS: number;
}

/** Where each part ends: where the next one begins, the last one where the repeat did, or was cut. */
function withEnds({ parts, facts, lastMs }: KeptRepeat, rest: Rest | null): (KeptPart & { readonly endMs: number })[] {
  const lastEndMs = rest?.offsetMs ?? facts?.['abandonedAtMs'] ?? lastMs ?? 0;
  return parts.map((part, i) => ({
    ...part,
    outcomes: i === parts.length - 1 && rest ? [...part.outcomes, ...rest.cancelled] : part.outcomes,
    endMs: parts[i + 1]?.atMs ?? lastEndMs,
  }));
}

/**
 * What a journal knows of a repeat becomes stretches of the run, one for each process that measured it.
 * @param rest how it goes on; null where it has ended
 * @param meter how joules are measured; null without a meter
 */
export function takeUp(pool: BenchPool, kept: KeptRepeat, rest: Rest | null, meter: StretchEnd['meter']): KeptStretch[] {
  const idlePowerW = kept.facts?.['idlePowerW'] ?? null;
  const parts = withEnds(kept, rest).filter(({ outcomes }) => outcomes.length > 0);
  return parts.map(({ atMs, endMs, outcomes, samples }, i) => {
    const stretch = pool.begin(outcomes.reduce((first, { intendedMs }) => Math.min(first, intendedMs), Infinity));
    for (const outcome of outcomes) stretch.outcome(outcome);
    const end: StretchEnd = {
      abandonedAtMs: endMs,
      samples: meter && samples,
      meter,
      idlePowerW: i === parts.length - 1 ? idlePowerW : null,
    };
    stretch.end(end);
    return { stretch, end, wallS: (endMs - atMs) / MS_PER_S };
  });
}
