/** Pearson's correlation; null where one of the two never changes or there are fewer than two values. */
export const correlation = (a: ArrayLike<number>, b: ArrayLike<number>): number | null => {
  let [meanA, meanB, varA, varB, both] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [offA, offB] = [a[i]! - meanA, b[i]! - meanB];
    meanA += offA / (i + 1);
    meanB += offB / (i + 1);
    varA += offA * (a[i]! - meanA);
    varB += offB * (b[i]! - meanB);
    both += offA * (b[i]! - meanB);
  }
  return varA > 0 && varB > 0 ? Math.max(-1, Math.min(1, both / Math.sqrt(varA * varB))) : null;
};

/** The rank of each value, from 1; equal values share the mean of theirs. */
const ranks = (values: ArrayLike<number>): Float64Array => {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let i = from; i < to; i++) result[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return result;
};

/** Spearman's: of ranks, so that a few very long values do not make it. Null as `correlation` is. */
export const rankCorrelation = (a: ArrayLike<number>, b: ArrayLike<number>): number | null => correlation(ranks(a), ranks(b));
