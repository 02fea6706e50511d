import { VoltanaError } from '../domain/errors.ts';
import { atLeast } from './resolve.ts';

/** The ladder of a phase: clocks that may be chosen, within those of the operator. Null is the operator's own bound. */
export interface ClockBounds {
  readonly minMhz: number | null;
  readonly maxMhz: number | null;
}

/**
 * @param first what null stands for
 * @throws VoltanaError BAD_VALUE for bounds that contradict each other, or are no numbers
 */
export function checkedBounds(bounds: ClockBounds, first: ClockBounds): ClockBounds {
  const [minMhz, maxMhz] = [bounds.minMhz ?? first.minMhz, bounds.maxMhz ?? first.maxMhz];
  if ((minMhz ?? 0) <= (maxMhz ?? Infinity)) return { minMhz, maxMhz };
  throw new VoltanaError('BAD_VALUE', `clocks from ${minMhz} to ${maxMhz} MHz are no ladder`, {
    hint: 'Give a lowest clock that is not above the highest one.',
  });
}

/**
 * Those of a domain's clocks that lie within bounds; where none does, the nearest that keeps more of the promise than was asked for.
 * @param clocksMhz ascending, never empty; this very list where nothing is left out
 */
export function ladderOf(clocksMhz: readonly number[], { minMhz, maxMhz }: ClockBounds): readonly number[] {
  const inside = clocksMhz.filter((clockMhz) => clockMhz >= (minMhz ?? 0) && clockMhz <= (maxMhz ?? Infinity));
  if (inside.length === clocksMhz.length) return clocksMhz;
  return inside.length > 0 ? inside : [atLeast(clocksMhz, minMhz ?? 0)];
}
