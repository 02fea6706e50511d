/**
 * The value at probability `p` of a quantile table, linear between its points.
 * @param probabilities ascending, from 0 to 1
 * @param values one for each probability
 * @param p in [0, 1]
 */
export const quantileAt = (probabilities: readonly number[], values: readonly number[], p: number): number => {
  const above = probabilities.findIndex((probability) => probability > p);
  if (above === -1) return values.at(-1) as number;
  const [p0, p1] = [probabilities[above - 1] as number, probabilities[above] as number];
  const [v0, v1] = [values[above - 1] as number, values[above] as number];
  return v0 + ((p - p0) / (p1 - p0)) * (v1 - v0);
};

/** The mean of what `quantileAt` draws for a uniform p. */
export const tableMean = (probabilities: readonly number[], values: readonly number[]): number =>
  probabilities.slice(1).reduce((sum, p1, index) => {
    const [p0, v0, v1] = [probabilities[index] as number, values[index] as number, values[index + 1] as number];
    return sum + ((p1 - p0) * (v0 + v1)) / 2;
  }, 0);
