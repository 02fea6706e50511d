import { wrap } from '../format.ts';
import type { Figure, Point, Series } from './figure.ts';
import { scalesOf, type Scale } from './scale.ts';

const WIDTH = 760;
const PLOT = { left: 76, right: 24, top: 40, height: 240 };
const BELOW = { ticks: 18, label: 36, legend: 60, lineHeight: 18 };
/** What fits below a plot, with room for a wider font. */
const LEGEND_CHARACTERS = 92;
const TICKS = { x: 10, y: 6 };
const FONT = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"';
/** Told apart by who sees no red or no green (Okabe and Ito), and by their dashes in print. */
const STYLES = [
  ['#0072b2', ''],
  ['#d55e00', '7 4'],
  ['#009e73', '2 3'],
  ['#cc79a7', '9 3 2 3'],
  ['#6b6b6b', '1 2'],
] as const;

const styleOf = (index: number): (typeof STYLES)[number] => STYLES[index % STYLES.length]!;

const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const fixed = (value: number): string => value.toFixed(1);

const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" ${more}>${escaped(content)}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number, more: string): string =>
  `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" ${more}/>`;

interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly place: (point: Point) => Point;
}

const WIDE = WIDTH - PLOT.left - PLOT.right;
const BOTTOM = PLOT.top + PLOT.height;

function frameOf(figure: Figure): Frame {
  const { x, y } = scalesOf(figure, TICKS.x, TICKS.y);
  return { x, y, place: ([px, py]) => [PLOT.left + x.at(px) * WIDE, BOTTOM - y.at(py) * PLOT.height] };
}

const axes = ({ x, y, place }: Frame, { xLabel, yLabel, title }: Figure): string[] => {
  const middle = PLOT.left + WIDE / 2;
  return [
    text(PLOT.left, 22, title, 'font-size="15" font-weight="600"'),
    ...y.ticks.map((tick) => line(PLOT.left, place([0, tick])[1], PLOT.left + WIDE, place([0, tick])[1], 'stroke="#e3e3e3"')),
    ...y.ticks.map((tick) => text(PLOT.left - 8, place([0, tick])[1] + 4, y.label(tick), 'text-anchor="end"')),
    ...x.ticks.map((tick) => line(place([tick, 0])[0], BOTTOM, place([tick, 0])[0], BOTTOM + 5, 'stroke="#333"')),
    ...x.ticks.map((tick) => text(place([tick, 0])[0], BOTTOM + BELOW.ticks, x.label(tick), 'text-anchor="middle"')),
    line(PLOT.left, BOTTOM, PLOT.left + WIDE, BOTTOM, 'stroke="#333"'),
    line(PLOT.left, PLOT.top, PLOT.left, BOTTOM, 'stroke="#333"'),
    text(middle, BOTTOM + BELOW.label, xLabel, 'text-anchor="middle"'),
    `<text transform="translate(18 ${fixed(PLOT.top + PLOT.height / 2)}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
  ];
};

const drawSeries = ({ place }: Frame, { points, mark }: Series, index: number): string[] => {
  const [colour, dashes] = styleOf(index);
  const path = points.map((point) => place(point).map(fixed).join(',')).join(' ');
  const ring = mark ? place(mark.at) : null;
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}" stroke-linejoin="round"/>`,
    ...(ring ? [`<circle cx="${fixed(ring[0])}" cy="${fixed(ring[1])}" r="5" fill="#fff" stroke="${colour}" stroke-width="2.5"/>`] : []),
  ];
};

interface LegendLine {
  readonly content: string;
  /** Whose line begins here; null for the rest of a text. */
  readonly series: number | null;
  readonly isNote: boolean;
}

const legendLines = ({ series, note }: Figure): LegendLine[] => [
  ...series.flatMap(({ name, mark }, index) =>
    wrap(mark ? `${name}: ${mark.text}` : name, LEGEND_CHARACTERS).map((content, i) => ({
      content,
      series: i === 0 ? index : null,
      isNote: false,
    })),
  ),
  ...wrap(note, LEGEND_CHARACTERS).map((content) => ({ content, series: null, isNote: true })),
];

const legend = (figure: Figure): string[] =>
  legendLines(figure).flatMap(({ content, series, isNote }, i) => {
    const y = BOTTOM + BELOW.legend + i * BELOW.lineHeight;
    if (isNote) return [text(PLOT.left, y, content, 'fill="#666" font-style="italic"')];
    const label = text(PLOT.left + 36, y, content);
    if (series === null) return [label];
    const [colour, dashes] = styleOf(series);
    return [line(PLOT.left, y - 4, PLOT.left + 28, y - 4, `stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}"`), label];
  });

const heightOf = (figure: Figure): number => BOTTOM + BELOW.legend + legendLines(figure).length * BELOW.lineHeight;

function group(figure: Figure, top: number): string {
  const frame = frameOf(figure);
  const parts = [
    ...axes(frame, figure),
    ...figure.verticals.map((x) =>
      line(frame.place([x, 0])[0], PLOT.top, frame.place([x, 0])[0], BOTTOM, 'stroke="#999" stroke-dasharray="2 4"'),
    ),
    ...figure.dots
      .map((dot) => frame.place(dot))
      .map(([x, y]) => `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3" fill="#333" fill-opacity="0.55"/>`),
    ...figure.series.flatMap((series, i) => drawSeries(frame, series, i)),
    ...legend(figure),
  ];
  return `<g transform="translate(0 ${top})">\n${parts.join('\n')}\n</g>`;
}

/** Figures one below the other, as one SVG document with a white ground. */
export function svgPlot(figures: readonly Figure[]): string {
  const tops: number[] = [];
  const height = figures.reduce((top, figure) => {
    tops.push(top);
    return top + heightOf(figure);
  }, 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ${FONT} font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...figures.map((figure, i) => group(figure, tops[i]!)),
    '</svg>\n',
  ].join('\n');
}
