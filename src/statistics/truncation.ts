/**
 * MSER (White 1997): how many values to leave out in front, so that the mean of the rest has the least standard error by the plain
 * formula, the sum of squares over the square of the count. Of equal ones the fewest.
 * @param most values that may be left out; beyond half of them it finds chance
 */
export const mser = (values: readonly number[], most: number): number => {
  let [count, mean, squares] = [0, 0, 0];
  let best = 0;
  let least = Infinity;
  // From the end, so that each step adds one value (Welford's sums keep what tells large values apart).
  for (let start = values.length - 1; start >= 0; start -= 1) {
    const value = values[start]!;
    count += 1;
    const off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
    const error = squares / count ** 2;
    if (start <= most && error <= least) [best, least] = [start, error];
  }
  return best;
};
