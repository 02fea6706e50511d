/** The lowest supported clock (ascending) that is not below the asked one, or the highest there is: a promise is never rounded down. */
export function atLeast(supportedMhz: readonly number[], askedMhz: number): number {
  let [low, high] = [0, supportedMhz.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (supportedMhz[middle]! >= askedMhz) high = middle;
    else low = middle + 1;
  }
  return supportedMhz[low]!;
}

/** Clocks within bounds, ascending. @throws RangeError when the bounds leave none */
export function within(supportedMhz: readonly number[], minMhz: number, maxMhz: number): number[] {
  const inside = supportedMhz.filter((clockMhz) => clockMhz >= minMhz && clockMhz <= maxMhz);
  if (inside.length === 0) throw new RangeError(`no supported clock lies in ${minMhz}..${maxMhz} MHz`);
  return inside;
}
