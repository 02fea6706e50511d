/** A point of a line; null is a gap in it. */
export type Dot = readonly [x: number, y: number | null];

const extremes = (bucket: readonly Dot[]): Dot[] => {
  const known = bucket.filter((dot): dot is readonly [number, number] => dot[1] !== null);
  if (known.length === 0) return bucket.slice(0, 1);
  const least = known.reduce((a, b) => (b[1] < a[1] ? b : a));
  const most = known.reduce((a, b) => (b[1] > a[1] ? b : a));
  return bucket.filter((dot) => dot === least || dot === most);
};

/**
 * At most about `most` points in their order, with the least and the largest value of each stretch kept: a spike of one second
 * stays in the picture. The first and the last point stay as well.
 */
export const thin = (dots: readonly Dot[], most: number): Dot[] => {
  if (dots.length <= most) return [...dots];
  const inner = dots.slice(1, -1);
  const size = Math.ceil(inner.length / Math.max(1, Math.floor((most - 2) / 2)));
  const kept = Array.from({ length: Math.ceil(inner.length / size) }, (_, i) => extremes(inner.slice(i * size, (i + 1) * size)));
  return [dots[0]!, ...kept.flat(), dots.at(-1)!];
};

/** Every so-manieth, so that at most `most` are left; the last stays. */
export const sampled = <T>(rows: readonly T[], most: number): T[] => {
  const step = Math.ceil(rows.length / most);
  return rows.filter((_, i) => i % step === 0 || i === rows.length - 1);
};
