import type { ChartPanel, PanelSection } from '../model.ts';

/** Why a picture is missing, as a sentence. */
export interface Absent {
  readonly section: PanelSection;
  readonly text: string;
}

export type Picture = ChartPanel | Absent;
export type Json = Readonly<Record<string, unknown>>;

export const isPanel = (picture: Picture): picture is ChartPanel => 'option' in picture;

/** Marks of points, which a wide sample would stretch. */
export const pointLegend = (names: readonly string[]): Json => ({
  left: 0,
  top: 0,
  itemWidth: 13,
  itemHeight: 11,
  itemGap: 14,
  data: names,
});

/** Samples of strokes. */
export const strokeLegend = (names: readonly string[]): Json => ({
  left: 0,
  top: 0,
  itemWidth: 26,
  itemHeight: 10,
  itemGap: 14,
  data: names,
});

const DIGITS = 5;

/** Enough for the eye; more would only make the page longer. */
export const rounded = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(DIGITS));

/** For a table cell. */
export const cell = (value: number | null): string => {
  const short = rounded(value);
  return short === null ? 'n/a' : String(short);
};

/** Upright: its name stands above, flush with the picture, where a long one has room. */
export const valueAxis = (name: string, over: Json = {}): Json => ({ type: 'value', name, nameTextStyle: { align: 'left' }, ...over });

/** Below: its name stands under the middle of the ticks. */
export const axisBelow = (name: string, over: Json = {}): Json => ({
  type: 'value',
  name,
  nameLocation: 'middle',
  nameGap: 26,
  ...over,
});

/** A promise as a line across the picture. */
export const limitLine = (axis: 'xAxis' | 'yAxis', value: number, label: string): Json => ({
  silent: true,
  symbol: 'none',
  animation: false,
  lineStyle: { type: 'dashed', width: 1.5 },
  label: { formatter: label, position: axis === 'xAxis' ? 'insideEndTop' : 'insideStartTop', fontSize: 11 },
  data: [{ [axis]: value }],
});

type Picked = Omit<ChartPanel, 'option' | 'group'> & { readonly group?: string; readonly option: Json; readonly decals?: boolean };

/** What all charts have in common: no motion, room for their legend, words for those who do not see them. */
export const panel = ({ option, group = '', decals = false, ...words }: Picked): ChartPanel => ({
  ...words,
  group: group || null,
  option: {
    animation: false,
    aria: { enabled: true, label: { description: words.description }, decal: { show: decals } },
    grid: { left: 10, right: 18, top: 56, bottom: 34, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { left: 0, top: 0, itemWidth: 20, itemHeight: 11, itemGap: 14 },
    ...option,
  },
});
