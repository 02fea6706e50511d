import { drawStill, type Still } from '../../page/charts/draw.ts';
import type { Look } from '../../page/charts/looks.ts';

/** Draws charts without a browser: one SVG document each, in their order, without title and paper, which a page has. Loads Apache ECharts: import it late. */
export const drawPanels = (panels: readonly Still[], look: Look): readonly string[] =>
  panels.map((panel) => drawStill(panel, look, { alone: false }));

/** The same as documents of their own, for files: with titles, on paper. */
export const drawFiles = (panels: readonly Still[], look: Look): readonly string[] =>
  panels.map((panel) => drawStill(panel, look, { alone: true }));
