import type { EnergyMap } from '../../domain/energy-map.ts';
import type { ScreenInstance, ScreenState } from '../../domain/screen.ts';
import { labelOf, span, type Row, type Span } from '../spans.ts';
import { short } from '../text.ts';
import { scaleOf, type Scale } from '../units.ts';
import type { View } from '../view.ts';
import { fill, groundOf, levelAt, levelsOf, type Ground, type Level } from './heat.ts';

const LEGEND_ROWS = 3;

/** The map of the phase that is looked at; any other rather than none. */
const mapShown = ({ energyMaps = [] }: ScreenState, { role }: Pick<View, 'role'>): EnergyMap | undefined =>
  energyMaps.find((map) => map.role === role) ?? energyMaps[0];

const keeps = (map: EnergyMap, line: number, column: number): boolean | null => {
  const latencyMs = map.latencyMs[line]?.[column] ?? null;
  return latencyMs === null ? null : map.sloMs === null || latencyMs <= map.sloMs;
};

/** The column of the least energy that keeps the promise, among those drawn; -1 where none does. */
const cheapest = (map: EnergyMap, line: number, columns: readonly number[]): number => {
  const joules = columns.map((column) => (keeps(map, line, column) ? (map.joulesPerToken[line]?.[column] ?? Infinity) : Infinity));
  const least = Math.min(...joules);
  return least === Infinity ? -1 : joules.indexOf(least);
};

const drawCells = (map: EnergyMap, ground: Ground, levels: readonly Level[]): void => {
  ground.lines.forEach((line, i) => {
    ground.columns.forEach((column, j) => {
      const joules = map.joulesPerToken[line]?.[column] ?? null;
      const level = joules === null ? undefined : levelAt(levels, joules);
      if (level) fill(ground, j, i, level.char, level.tone);
    });
  });
};

/** Between the clocks that are too slow for the promise and those that keep it. */
const drawBorder = (map: EnergyMap, { canvas, lines, columns, cellWidth, cellHeight, x, y }: Ground): void => {
  lines.forEach((line, i) => {
    const late = columns.map((column) => keeps(map, line, column) === false).lastIndexOf(true);
    for (let row = 0; late >= 0 && row < cellHeight; row += 1) canvas.put(x(late) + cellWidth - 1, y(i) + row, '│', 'bold');
  });
};

const drawValley = (map: EnergyMap, { canvas, lines, columns, cellWidth, cellHeight, x, y }: Ground): void => {
  lines.forEach((line, i) => {
    const best = cheapest(map, line, columns);
    if (best >= 0) canvas.put(x(best) + Math.floor((cellWidth - 1) / 2), y(i) + cellHeight - 1, '◆', 'bold');
  });
};

const nearest = (values: readonly number[], wanted: number, of: (value: number) => number): number => {
  const distances = values.map((value) => Math.abs(of(value) - of(wanted)));
  return distances.indexOf(Math.min(...distances));
};

interface Point {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** What an instance does now: running requests (decode) or waiting prompt tokens (prefill). */
const loadOf = ({ role, requests, tokens }: ScreenInstance): number | null => (role === 'decode' ? requests : tokens);

const pointsOf = (map: EnergyMap, { instances }: ScreenState, { columns, lines, cellWidth, cellHeight, x, y }: Ground): Point[] =>
  instances.flatMap((instance, at) => {
    const clockMhz = instance.appliedMhz ?? instance.askedMhz;
    const load = loadOf(instance);
    if (instance.role !== map.role || clockMhz === null || load === null || lines.length === 0) return [];
    const column = nearest(
      columns.map((i) => map.clocksMhz[i]!),
      clockMhz,
      (mhz) => mhz,
    );
    const line = nearest(
      lines.map((i) => map.loads[i]!),
      Math.max(load, 1),
      Math.log,
    );
    const left = x(column) + Math.floor((cellWidth - 1) / 2);
    return [{ label: labelOf(instance.id, at), x: left, y: load > 0 ? y(line) : lines.length * cellHeight }];
  });

/** Each as `●id`, those of one place together as `●id+2`; one that another covers stands as `●` alone. */
const drawPoints = ({ canvas }: Ground, points: readonly Point[]): void => {
  const places = new Map<string, Point[]>();
  for (const point of points) places.set(`${point.x}:${point.y}`, [...(places.get(`${point.x}:${point.y}`) ?? []), point]);
  for (const [first, ...others] of places.values()) {
    if (!first) continue;
    const text = `●${first.label}${others.length > 0 ? `+${others.length}` : ''}`;
    const width = [...text].length;
    const left = Math.max(0, first.x + width > canvas.width ? first.x - width + 1 : first.x);
    const turned = left === first.x ? text : `${[...text].slice(1).join('')}●`;
    canvas.put(canvas.marked(left, first.y, width) ? first.x : left, first.y, canvas.marked(left, first.y, width) ? '●' : turned, 'mark');
  }
};

const legendOf = (map: EnergyMap, levels: readonly Level[], { energy, time }: Scale): Row[] => {
  const shades = levels.flatMap(({ char, tone, upTo }): Span[] => [span(char.repeat(2), tone), span(` ≤${energy.text(upTo)}  `, 'dim')]);
  const unit = map.role === 'decode' ? 'running requests' : 'prompt tokens';
  const slo = map.sloMs === null ? '' : `│ ${time.text(map.sloMs)} ${time.unit} kept right of it  `;
  return [
    [...shades, span(`${energy.unit}/token`, 'dim')],
    [span(`${slo}◆ cheapest${map.sloMs === null ? '' : ' there'}`, 'dim')],
    [span(`● an instance now; over MHz and ${unit}`, 'dim')],
  ];
};

export const mapTitle = (state: ScreenState, view: View): string => {
  const map = mapShown(state, view);
  if (!map) return '';
  const context = map.contextTokens === null ? '' : `, ${short(map.contextTokens)} KV tokens each`;
  return `${map.role}, modelled (${map.evidence}), ${map.instance}${context}`;
};

/** Energy of a token over clock and load, with each instance as a point that moves: what a governor sees. */
export const mapRows = (state: ScreenState, view: View, width: number, height: number): Row[] => {
  const map = mapShown(state, view);
  if (!map) return [];
  const levels = levelsOf(map.joulesPerToken.flat().filter((joules) => joules !== null));
  if (levels.length === 0) return [[span('the model has no answer at any clock and load', 'dim')]];
  const ground = groundOf(map.clocksMhz, map.loads, width, Math.max(3, height - LEGEND_ROWS), 1);
  drawCells(map, ground, levels);
  drawValley(map, ground);
  drawBorder(map, ground);
  const idle = ground.lines.length * ground.cellHeight;
  ground.canvas.put(0, idle, 'idle'.padStart(6), 'dim');
  drawPoints(ground, pointsOf(map, state, ground));
  return [...ground.canvas.rows().slice(0, idle + 2), ...legendOf(map, levels, scaleOf(view.units))];
};

/** Rows that show every load once. */
export const mapHeight = (state: ScreenState, view: View): number => (mapShown(state, view)?.loads.length ?? 0) + 2 + LEGEND_ROWS;
