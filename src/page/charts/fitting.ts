/** An option as ECharts takes it: JSON. */
export type Option = Readonly<Record<string, unknown>>;

const CHAR_PX = 6.6;
const ROW_PX = 20;
const GAP_PX = 16;
const BELOW_LEGEND_PX = 30;

interface Named {
  readonly name?: unknown;
  readonly data?: readonly unknown[];
  readonly itemWidth?: number;
}

const asArray = (value: unknown): readonly Named[] => (Array.isArray(value) ? (value as Named[]) : []);

const legendNames = ({ legend, series }: Option): string[] => {
  const listed = (legend as Named | undefined)?.data ?? asArray(series).map(({ name }) => name);
  return [...new Set(listed.map(String))];
};

/** How many rows a legend takes at a width: ECharts wraps it and leaves no room for the wrapped ones. */
export const legendRows = (option: Option, widthPx: number): number => {
  const itemPx = ((option['legend'] as Named | undefined)?.itemWidth ?? 26) + 5;
  let [rows, left] = [1, widthPx];
  for (const name of legendNames(option)) {
    const px = itemPx + name.length * CHAR_PX + GAP_PX;
    if (px > left && left < widthPx) [rows, left] = [rows + 1, widthPx];
    left -= px;
  }
  return rows;
};

/** Rows that the classes of a heat map take below it: one, or one each, as ECharts does not wrap them. */
const pieceRows = ({ visualMap }: Option, widthPx: number): number => {
  const pieces = (visualMap as { pieces?: readonly { label: string }[] } | undefined)?.pieces ?? [];
  const px = pieces.reduce((sum, { label }) => sum + 26 + label.length * CHAR_PX, 0);
  return px > widthPx ? pieces.length : Math.min(1, pieces.length);
};

interface Grid {
  readonly top?: number;
  readonly bottom?: number;
}

/** The same picture at a width: the legend and the classes below get the rows that they need. */
export const fitted = (option: Option, widthPx: number, aboveLegendPx = 0): Option => {
  const grid = (option['grid'] ?? {}) as Grid;
  const rows = legendRows(option, widthPx);
  const classes = pieceRows(option, widthPx);
  return {
    ...option,
    legend: { ...(option['legend'] as object), top: aboveLegendPx },
    ...(classes > 1 && { visualMap: { ...(option['visualMap'] as object), orient: 'vertical' } }),
    grid: {
      ...grid,
      top: aboveLegendPx + rows * ROW_PX + BELOW_LEGEND_PX,
      bottom: classes > 0 ? 42 + classes * ROW_PX : (grid.bottom ?? 34),
    },
  };
};

/** px that rows beyond the first add: the picture itself must not shrink for its legend. */
export const extraHeight = (option: Option, widthPx: number): number =>
  (legendRows(option, widthPx) - 1) * ROW_PX + Math.max(0, pieceRows(option, widthPx) - 1) * ROW_PX;

/** Without what only moves under a pointer: for paper and files. */
export const still = (option: Option): Option => {
  const { tooltip: _tooltip, dataZoom, grid, ...rest } = option;
  return dataZoom === undefined ? { ...rest, grid } : { ...rest, grid: { ...(grid as Grid), bottom: 34 } };
};
