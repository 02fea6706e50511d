export type Point = readonly [x: number, y: number];

/** One line of a figure. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** The point that matters on it. */
  readonly mark: { readonly at: Point; readonly text: string } | null;
}

/** A picture as data, whoever draws it. Labels carry their units. */
export interface Figure {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** Single measurements beside the lines. */
  readonly dots: readonly Point[];
  /** Places on the x axis that matter to all lines. */
  readonly verticals: readonly number[];
  /** What the reader must know to believe it. */
  readonly note: string;
}
