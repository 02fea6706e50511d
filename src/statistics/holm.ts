/**
 * Holm's step-down correction: p values of one family, such that with all of them below 5 % wrongly called ones are rarer than 5 %
 * together. Holds for dependent tests too.
 * @param pValues in any order; nulls were not tested and do not count
 */
export const holm = (pValues: readonly (number | null)[]): (number | null)[] => {
  const tested = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const corrected = pValues.map((): number | null => null);
  let least = 0;
  tested.forEach(({ p, index }, rank) => {
    least = Math.max(least, Math.min(1, p * (tested.length - rank)));
    corrected[index] = least;
  });
  return corrected;
};
