/** The lowest supported clock that is not below the asked one, or the highest there is: a promise is never rounded down. */
export function atLeast(supportedMhz: readonly number[], askedMhz: number): number {
  for (const clockMhz of supportedMhz) if (clockMhz >= askedMhz) return clockMhz;
  return supportedMhz.at(-1)!;
}

/** Clocks within bounds, ascending. @throws RangeError when the bounds leave none */
export function within(supportedMhz: readonly number[], minMhz: number, maxMhz: number): number[] {
  const inside = supportedMhz.filter((clockMhz) => clockMhz >= minMhz && clockMhz <= maxMhz);
  if (inside.length === 0) throw new RangeError(`no supported clock lies in ${minMhz}..${maxMhz} MHz`);
  return inside;
}
