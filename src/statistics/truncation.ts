/** From the first value to before the last one. */
export interface Truncation {
  readonly start: number;
  readonly end: number;
}

/** How far the ends may be cut. */
export interface CutLimits {
  /** The last value that a stretch may begin with. */
  readonly latestStart: number;
  /** It includes all values from there to here; the count of all where the end stays. */
  readonly earliestEnd: number;
}

/**
 * MSER, from both ends where both may be cut: the stretch whose mean has the least standard error by the plain formula, the sum of
 * squares over the square of the count (White 1997). Of equal ones the longest.
 */
export const flattest = (values: readonly number[], { latestStart, earliestEnd }: CutLimits): Truncation => {
  const count = values.length;
  // About the mean: sums of squares of large values would lose what tells them apart.
  const centre = count === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / count;
  const [sums, squares] = [new Float64Array(count + 1), new Float64Array(count + 1)];
  values.forEach((value, i) => {
    sums[i + 1] = sums[i]! + (value - centre);
    squares[i + 1] = squares[i]! + (value - centre) ** 2;
  });
  const errorOf = (start: number, end: number): number => {
    const sum = sums[end]! - sums[start]!;
    return Math.max(0, squares[end]! - squares[start]! - (sum * sum) / (end - start)) / (end - start) ** 2;
  };
  let best: Truncation = { start: 0, end: count };
  let bestError = count === 0 ? 0 : errorOf(0, count);
  for (let start = 0; start <= Math.min(latestStart, count - 1); start += 1) {
    for (let end = count; end >= Math.max(earliestEnd, start + 1); end -= 1) {
      const error = errorOf(start, end);
      const longer = end - start > best.end - best.start;
      if (error < bestError * (1 - 1e-9) || (longer && error <= bestError)) [best, bestError] = [{ start, end }, error];
    }
  }
  return best;
};
