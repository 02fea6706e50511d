import type { ScreenState } from '../../domain/screen.ts';
import { Canvas, span, type Row } from '../spans.ts';
import { sparkline } from '../text.ts';
import { scaleOf } from '../units.ts';
import type { View } from '../view.ts';

const NAME_WIDTH = 12;
const FIGURE_WIDTH = 9;
const EIGHTHS = 8;
const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

type Curve = ScreenState['power'][number];

/** The newest of what fits. */
const newest = (watts: readonly number[], room: number): readonly number[] => watts.slice(Math.max(0, watts.length - room));

const toneOf = ({ name }: Curve) => (name === 'baseline' ? ('plain' as const) : ('good' as const));

const tall = (curve: Curve, top: number, width: number, height: number): Row[] => {
  const canvas = new Canvas(width, height);
  newest(curve.watts, width).forEach((watts, x) => {
    const eighths = Math.round((watts / (top || 1)) * height * EIGHTHS);
    for (let row = 0; row < height; row += 1) {
      canvas.put(x, height - 1 - row, BLOCKS[Math.min(EIGHTHS, Math.max(0, eighths - row * EIGHTHS))]!, toneOf(curve));
    }
  });
  return canvas.rows();
};

/** Watts of the fleet over each run, one under the other on the same axes, from zero. */
export const powerRows = ({ power }: ScreenState, { units }: View, width: number, height: number): Row[] => {
  const scale = scaleOf(units).power;
  const top = Math.max(0, ...power.flatMap(({ watts }) => watts));
  const room = Math.max(1, width - NAME_WIDTH - FIGURE_WIDTH);
  const rows = Math.max(1, Math.min(6, Math.floor(height / Math.max(1, power.length))));
  return power.flatMap((curve): Row[] => {
    const name = span(`${curve.name} ${scale.unit}`.slice(0, NAME_WIDTH - 1).padEnd(NAME_WIDTH), 'dim');
    const now = span(` ${scale.text(curve.watts.at(-1) ?? null)}`);
    if (rows === 1) return [[name, span(sparkline(newest(curve.watts, room), top), toneOf(curve)), now]];
    const pictures = tall(curve, top, Math.min(room, Math.max(1, curve.watts.length)), rows);
    return pictures.map((row, i) => [i === 0 ? name : span(' '.repeat(NAME_WIDTH)), ...row, ...(i === rows - 1 ? [now] : [])]);
  });
};
