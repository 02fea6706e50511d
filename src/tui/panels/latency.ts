import type { ScreenHistogram, ScreenState } from '../../domain/screen.ts';
import { percent } from '../../reporting/format.ts';
import { Canvas, span, type Row } from '../spans.ts';
import { sparkline } from '../text.ts';
import { scaleOf, type Scale } from '../units.ts';
import type { View } from '../view.ts';

const GAP = 2;
const BESIDE_WIDTH = 76;
const NAME_WIDTH = 6;
/** Below this a histogram is one line. */
const TALL_ROWS = 4;
const EIGHTHS = 8;
const BLOCKS = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

interface Bars {
  readonly counts: readonly number[];
  /** How many of them are inside the promise. */
  readonly kept: number;
}

/** As many bars as there is room for; none holds buckets of both sides of the promise. */
const barsOf = ({ boundsMs, counts, sloMs }: ScreenHistogram, room: number): Bars => {
  const inside = boundsMs.filter((bound) => bound <= sloMs).length;
  const step = Math.max(1, Math.ceil(counts.length / Math.max(1, room - 1)));
  const merged = (part: readonly number[]): number[] =>
    Array.from({ length: Math.ceil(part.length / step) }, (_, i) => part.slice(i * step, (i + 1) * step).reduce((a, b) => a + b, 0));
  const kept = merged(counts.slice(0, inside));
  return { counts: [...kept, ...merged(counts.slice(inside))].slice(0, room), kept: Math.min(kept.length, room) };
};

const wordsOf = ({ boundsMs, counts, sloMs }: ScreenHistogram, { time }: Scale): string => {
  const all = counts.reduce((a, b) => a + b, 0);
  const beyond = counts.slice(boundsMs.filter((bound) => bound <= sloMs).length).reduce((a, b) => a + b, 0);
  return all === 0 ? 'none yet' : `${percent(beyond / all)} beyond ${time.text(sloMs)} ${time.unit}`;
};

const oneLine = (histogram: ScreenHistogram, scale: Scale, width: number): Row => {
  const words = ` ${wordsOf(histogram, scale)}`;
  const { counts, kept } = barsOf(histogram, Math.max(2, width - NAME_WIDTH - words.length - 1));
  const top = Math.max(...counts, 0);
  return [
    span(histogram.name.padEnd(NAME_WIDTH), 'bold'),
    span(sparkline(counts.slice(0, kept), top), 'good'),
    span('│', 'bold'),
    span(sparkline(counts.slice(kept), top), 'attention'),
    span(words, 'dim'),
  ];
};

const drawBar = (canvas: Canvas, x: number, width: number, share: number, beyond: boolean): void => {
  const rows = canvas.height - 1;
  // What was seen once must be seen here.
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * rows * EIGHTHS));
  for (let row = 0; row < rows; row += 1) {
    const block = BLOCKS[Math.min(EIGHTHS, Math.max(0, eighths - row * EIGHTHS))]!;
    canvas.put(x, rows - 1 - row, block.repeat(width), beyond ? 'attention' : 'good');
  }
};

const tall = (histogram: ScreenHistogram, scale: Scale, width: number, height: number): Row[] => {
  const canvas = new Canvas(width, height - 1);
  const { counts, kept } = barsOf(histogram, width - 1);
  const each = Math.max(1, Math.min(4, Math.floor((width - 1) / Math.max(1, counts.length))));
  const top = Math.max(...counts, 1);
  const line = kept * each;
  counts.forEach((count, i) => drawBar(canvas, i * each + (i >= kept ? 1 : 0), each, count / top, i >= kept));
  for (let y = 0; y < height - 2; y += 1) canvas.put(line, y, '│', 'bold');
  const { time } = scale;
  const last = time.text(histogram.boundsMs.at(-1) ?? 0);
  const label = `${time.text(histogram.sloMs)} ${time.unit}`;
  const end = counts.length * each + 1;
  canvas.put(0, height - 2, '0', 'dim');
  if (line + label.length + 2 < end - last.length) canvas.put(end - last.length, height - 2, last, 'dim');
  canvas.put(Math.max(2, Math.min(line, width - label.length)), height - 2, label, 'bold');
  const head = `${wordsOf(histogram, scale)}`;
  return [
    [span(histogram.name.padEnd(NAME_WIDTH), 'bold'), span(head.slice(0, width - NAME_WIDTH).padEnd(width - NAME_WIDTH), 'dim')],
    ...canvas.rows(),
  ];
};

/** The newest latencies with the line of the promise: what is right of it broke it. */
export const latencyRows = ({ histograms = [] }: ScreenState, { units }: View, width: number, height: number): Row[] => {
  const scale = scaleOf(units);
  const besides = width >= BESIDE_WIDTH && histograms.length > 1;
  const each = besides ? Math.floor((width - GAP * (histograms.length - 1)) / histograms.length) : width;
  const rows = besides ? height : Math.floor(height / Math.max(1, histograms.length));
  if (rows < TALL_ROWS || each < NAME_WIDTH + 4) return histograms.map((histogram) => oneLine(histogram, scale, width));
  const parts = histograms.map((histogram) => tall(histogram, scale, each, rows));
  if (!besides) return parts.flat();
  return Array.from({ length: rows }, (_, i) =>
    parts.flatMap((part, at) => [...(part[i] ?? []), span(' '.repeat(at < parts.length - 1 ? GAP : 0))]),
  );
};
