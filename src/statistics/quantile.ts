/** Ascending copy. @throws RangeError when a value is NaN: sorted in silently it would shift every quantile */
export const sorted = (values: ArrayLike<number>): Float64Array => {
  const ascending = Float64Array.from(values).sort();
  // Typed arrays sort NaN to the end, so one look is enough.
  if (Number.isNaN(ascending.at(-1))) throw new RangeError('Cannot take quantiles of a list that holds NaN');
  return ascending;
};

/** Quantile of ascending values by linear interpolation between closest ranks (R type 7, NumPy's default). */
export const quantileSorted = (ascending: ArrayLike<number>, p: number): number | null => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`A quantile's probability lies in [0, 1], got ${p}`);
  if (ascending.length === 0) return null;
  const rank = p * (ascending.length - 1);
  const below = Math.floor(rank);
  const low = ascending[below]!;
  const high = ascending[Math.ceil(rank)]!;
  // Equal neighbours are returned as they are: interpolating them can round to a value outside the list.
  return low === high ? low : low + (high - low) * (rank - below);
};

/**
 * Quantile of values in any order; null when there are none.
 * @param p probability in [0, 1]
 */
export const quantile = (values: readonly number[], p: number): number | null => quantileSorted(sorted(values), p);
