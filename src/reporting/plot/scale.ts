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

/** An axis over all values, its ends on ticks. @param most ticks, about */
export function scaleOf(values: readonly number[], most: number): Scale {
  const finite = values.filter(Number.isFinite);
  const [least = 0, highest = 1] =
    finite.length === 0 ? [] : [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  // One value alone has no span: half of it to either side, so that it stands in the middle.
  const room = highest > least ? 0 : Math.abs(least) / 2 || 1;
  const step = niceStep(highest - least + 2 * room, most);
  const first = Math.floor((least - room) / step + 1e-9);
  const last = Math.ceil((highest + room) / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const [low, high] = [first * step, last * step];
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
  return { x: scaleOf(coordinates(figure, 0), mostX), y: scaleOf([...ys, ...fromZero], mostY) };
}
