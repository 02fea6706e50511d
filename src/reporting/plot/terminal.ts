import { clip, wrap } from '../format.ts';
import { Braille } from './braille.ts';
import type { Figure, Point } from './figure.ts';
import { scalesOf, type Scale } from './scale.ts';

const ROWS = 14;
const NARROWEST = 40;
const TICK_EVERY_COLUMNS = 12;
const TICKS_UP = 5;

/** What marks the n-th line: colours would not survive a pipe. */
const sign = (index: number): string => String(index + 1);

function draw(figure: Figure, scales: { readonly x: Scale; readonly y: Scale }, columns: number): string[][] {
  const canvas = new Braille(columns, ROWS);
  const place = ([x, y]: Point): Point => [scales.x.at(x), scales.y.at(y)];
  for (const { points } of figure.series) {
    const places = points.map(place);
    places.forEach((at, i) => canvas.line(places[Math.max(0, i - 1)]!, at));
  }
  const rows = canvas.rows();
  for (const vertical of figure.verticals) {
    const [column] = canvas.cellAt(scales.x.at(vertical), 0);
    for (const row of rows) if (row[column] === ' ') row[column] = '┊';
  }
  for (const dot of figure.dots) put(rows, canvas.cellAt(...place(dot)), '∘');
  figure.series.forEach(({ mark }, i) => {
    if (mark) put(rows, canvas.cellAt(...place(mark.at)), sign(i));
  });
  return rows;
}

function put(rows: string[][], [column, row]: readonly [number, number], character: string): void {
  rows[row]![column] = character;
}

/** Labels of the y axis, by row. */
const yLabels = ({ ticks, label, at }: Scale): ReadonlyMap<number, string> =>
  new Map(ticks.map((tick) => [Math.round((1 - at(tick)) * (ROWS - 1)), label(tick)]));

/** Labels below the x axis, centred under their ticks, none into another. */
function xLabels({ ticks, label, at }: Scale, columns: number): string {
  let line = '';
  for (const tick of ticks) {
    const text = label(tick);
    const start = Math.min(columns - text.length, Math.max(0, Math.round(at(tick) * (columns - 1)) - Math.floor(text.length / 2)));
    if (start >= line.length + (line === '' ? 0 : 1)) line = line.padEnd(start) + text;
  }
  return line;
}

const legendOf = ({ series }: Figure, width: number): string[] =>
  series.flatMap(({ name, mark }, i) => {
    const [first = '', ...rest] = wrap(`${name}${mark ? `: ${mark.text}` : ''}`, width - 4);
    return [`  ${mark ? sign(i) : '-'} ${first}`, ...rest.map((line) => `    ${line}`)];
  });

/** A figure in characters, no wider than `width`; no escape codes. */
export function terminalPlot(figure: Figure, width: number): string {
  const wide = Math.max(NARROWEST, width);
  const labelled = yLabels(scalesOf(figure, 1, TICKS_UP).y);
  const margin = Math.max(...[...labelled.values()].map((text) => text.length));
  const columns = wide - margin - 2;
  const scales = scalesOf(figure, Math.max(2, Math.floor(columns / TICK_EVERY_COLUMNS)), TICKS_UP);
  const body = draw(figure, scales, columns).map((row, i) => {
    const label = labelled.get(i);
    return `${(label ?? '').padStart(margin)} ${label === undefined ? '│' : '┤'}${row.join('')}`.trimEnd();
  });
  const gap = ' '.repeat(margin + 1);
  return [
    ...wrap(figure.title, wide),
    clip(figure.yLabel, wide),
    ...body,
    `${gap}└${'─'.repeat(columns)}`,
    `${gap} ${xLabels(scales.x, columns)}`.trimEnd(),
    `${gap} ${figure.xLabel.padStart(Math.floor((columns + figure.xLabel.length) / 2))}`.trimEnd(),
    ...legendOf(figure, wide),
    ...wrap(figure.note, wide - 2).map((line) => `  ${line}`),
  ].join('\n');
}
