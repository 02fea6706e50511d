import type { ScreenCandidate, ScreenState } from '../../domain/screen.ts';
import { counted, percent } from '../../reporting/format.ts';
import { Canvas, span, type Row, type Tone } from '../spans.ts';
import { scaleOf, type Scale } from '../units.ts';
import type { View } from '../view.ts';

type Standing = ScreenCandidate['standing'];

/** Later ones are drawn over earlier ones. */
const ORDER: readonly Standing[] = ['beaten', 'front', 'best'];
const MARKS: Readonly<Record<Standing, { readonly char: string; readonly tone: Tone }>> = {
  beaten: { char: '·', tone: 'dim' },
  front: { char: 'o', tone: 'good' },
  best: { char: '★', tone: 'attention' },
};
const AXIS_WIDTH = 8;
/** Axis, legend, the best one. */
const FRAME_ROWS = 3;
/** How far beyond the front a picture goes: what is further away stands on its edge. */
const DEARER = 1.5;
const WORSE = 0.05;

interface Window {
  readonly fromJ: number;
  readonly toJ: number;
  readonly fromPart: number;
  readonly toPart: number;
}

const windowOf = (candidates: readonly ScreenCandidate[]): Window => {
  const front = candidates.filter(({ standing }) => standing !== 'beaten');
  const shown = front.length > 0 ? front : candidates;
  const joules = shown.map(({ joulesPerToken }) => joulesPerToken);
  const parts = shown.map(({ attainment }) => attainment);
  const dearest = Math.max(...candidates.map(({ joulesPerToken }) => joulesPerToken));
  const worst = Math.min(...candidates.map(({ attainment }) => attainment));
  return {
    fromJ: Math.min(...candidates.map(({ joulesPerToken }) => joulesPerToken), ...joules),
    toJ: Math.min(dearest, Math.max(...joules) * DEARER),
    fromPart: Math.max(worst, Math.min(...parts) - WORSE),
    toPart: Math.max(...candidates.map(({ attainment }) => attainment)),
  };
};

const place = (value: number, from: number, to: number, room: number): number =>
  to <= from ? Math.floor(room / 2) : Math.round(Math.min(1, Math.max(0, (value - from) / (to - from))) * (room - 1));

const draw = (canvas: Canvas, candidates: readonly ScreenCandidate[], range: Window): void => {
  const [roomX, roomY] = [canvas.width - AXIS_WIDTH, canvas.height - 1];
  for (const standing of ORDER) {
    for (const candidate of candidates.filter((one) => one.standing === standing)) {
      const x = AXIS_WIDTH + place(candidate.joulesPerToken, range.fromJ, range.toJ, roomX);
      const y = roomY - 1 - place(candidate.attainment, range.fromPart, range.toPart, roomY);
      canvas.put(x, y, MARKS[standing].char, MARKS[standing].tone);
    }
  }
};

const drawAxes = (canvas: Canvas, { fromJ, toJ, fromPart, toPart }: Window, { energy }: Scale): void => {
  const bottom = canvas.height - 1;
  for (let y = 0; y < bottom; y += 1) canvas.put(AXIS_WIDTH - 1, y, '│', 'dim');
  canvas.put(0, 0, percent(toPart).padStart(AXIS_WIDTH - 1), 'dim');
  if (bottom > 1) canvas.put(0, bottom - 1, percent(fromPart).padStart(AXIS_WIDTH - 1), 'dim');
  const right = `${energy.text(toJ)} ${energy.unit}/token`;
  canvas.put(AXIS_WIDTH, bottom, energy.text(fromJ), 'dim');
  canvas.put(canvas.width - right.length, bottom, right, 'dim');
};

const bestLine = (candidates: readonly ScreenCandidate[], { energy }: Scale): Row => {
  const best = candidates.find(({ standing }) => standing === 'best');
  if (!best) return [span('none keeps the promises yet', 'dim')];
  const { name, joulesPerToken, attainment, gpus } = best;
  return [
    span('★ ', 'attention'),
    span(name, 'bold'),
    span(`  ${energy.text(joulesPerToken)} ${energy.unit}/token, ${percent(attainment)} kept, ${counted(gpus, 'GPU')}`),
  ];
};

export const frontTitle = ({ candidates = [] }: ScreenState): string =>
  `${counted(candidates.length, 'configuration')}, ${candidates.filter(({ standing }) => standing !== 'beaten').length} on the front, simulated`;

/** What a search has found: energy to the right, kept promises upwards; the best are to the upper left. */
export const frontRows = (state: ScreenState, { units }: View, width: number, height: number): Row[] => {
  const candidates = state.candidates ?? [];
  if (candidates.length === 0) return [[span('nothing evaluated yet', 'dim')]];
  const scale = scaleOf(units);
  const range = windowOf(candidates);
  const canvas = new Canvas(Math.max(AXIS_WIDTH + 2, width), Math.max(2, height - FRAME_ROWS + 1));
  drawAxes(canvas, range, scale);
  draw(canvas, candidates, range);
  return [
    ...canvas.rows(),
    bestLine(candidates, scale),
    [span('· beaten  o on the front  ★ recommended now; upwards: promises kept', 'dim')],
  ];
};
