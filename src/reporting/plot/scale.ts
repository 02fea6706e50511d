import type { Figure, Point } from './figure.ts';

/** One axis: its span, and where it has a tick. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** As many digits as tell the ticks apart. */
  readonly label: (value: number) => string;
  /** 0 at `low`, 1 at `high`. */
  readonly at: (value: number) => number;
}

const STEPS = [1, 2, 5, 10];

/** 1, 2 or 5 times a power of ten. */
function niceStep(span: number, most: number): number {
  const least = span / most;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * STEPS.find((step) => step * power >= least * (1 - 1e-9))!;
}

interface Wish {
  /** Ticks, about. */
  readonly most: number;
  /** Ends on the outermost ticks, instead of on the outermost values. */
  readonly rounded: boolean;
}

const SMALLEST_SPAN = 1e-9;
const SMALLEST_SIZE = 1e-12;

const reduced = (values: readonly number[], of: (a: number, b: number) => number): number => values.reduce((a, b) => of(a, b));

/** An axis over all values; one value alone stands in its middle. */
export function scaleOf(values: readonly number[], { most, rounded }: Wish): Scale {
  const finite = values.filter(Number.isFinite);
  const [least, highest] = finite.length === 0 ? [0, 1] : [reduced(finite, Math.min), reduced(finite, Math.max)];
  const size = Math.max(Math.abs(least), Math.abs(highest));
  // A span that is nothing beside its values has no digits to tell ticks apart.
  const room = highest - least > size * SMALLEST_SPAN + SMALLEST_SIZE ? 0 : size > SMALLEST_SIZE ? size / 2 : 1;
  const [from, to] = [least - room, highest + room];
  const step = niceStep(to - from, most);
  const [first, last] = rounded
    ? [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)]
    : [Math.ceil(from / step - 1e-9), Math.floor(to / step + 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const [low, high] = rounded ? [first * step, last * step] : [from, to];
  return { low, high, ticks, label: (value) => value.toFixed(digits), at: (value) => (value - low) / (high - low) };
}

const coordinates = ({ series, dots, verticals }: Figure, axis: 0 | 1): number[] => {
  const all: readonly Point[] = [...series.flatMap(({ points }) => points), ...dots];
  return [...all.map((point) => point[axis]), ...(axis === 0 ? verticals : [])];
};

/** Both axes of a figure. The y axis begins at 0 where that costs little of the picture: a cut axis makes small savings look large. */
export function scalesOf(figure: Figure, mostX: number, mostY: number): { readonly x: Scale; readonly y: Scale } {
  const ys = coordinates(figure, 1);
  const [least, highest] = [ys.reduce((a, b) => Math.min(a, b), Infinity), ys.reduce((a, b) => Math.max(a, b), 0)];
  const fromZero = least < highest / 2 ? [0] : [];
  return {
    x: scaleOf(coordinates(figure, 0), { most: mostX, rounded: false }),
    y: scaleOf([...ys, ...fromZero], { most: mostY, rounded: true }),
  };
}
