import { echarts, HEIGHT_PX } from '../charts/draw.ts';
import { extraHeight, fitted, still, type Option } from '../charts/fitting.ts';
import { themeOf, type Look } from '../charts/looks.ts';

interface Panel {
  readonly id: string;
  readonly group: string | null;
  readonly option: Option;
}

type Chart = ReturnType<typeof echarts.init>;

interface Plot {
  readonly panel: Panel;
  readonly element: HTMLElement;
  chart: Chart | null;
}

export interface Plots {
  /** Draws everything anew in a look; where each picture was zoomed to is kept. */
  dress(look: Look): void;
  /** The look that is shown. */
  look(): Look;
  charts(group: string): readonly Chart[];
}

const SMALLEST_PX = 200;

const widthOf = (element: HTMLElement): number => Math.max(SMALLEST_PX, element.clientWidth);

/** Where a chart is zoomed to; nothing where it has no zoom. */
const zoomOf = (chart: Chart | null): { start: number; end: number } | null => {
  const zooms = (chart?.getOption() as { dataZoom?: { start?: number; end?: number }[] } | undefined)?.dataZoom ?? [];
  const [first] = zooms;
  return first?.start === undefined || first.end === undefined ? null : { start: first.start, end: first.end };
};

const draw = (plot: Plot, look: Look): void => {
  const { panel, element } = plot;
  const zoom = zoomOf(plot.chart);
  const width = widthOf(element);
  plot.chart?.dispose();
  element.replaceChildren();
  element.style.height = `${HEIGHT_PX + extraHeight(panel.option, width)}px`;
  const chart = echarts.init(element, themeOf(look), { renderer: 'svg', width });
  const option = fitted(panel.option, width);
  chart.setOption(look === 'print' ? still(option) : option);
  if (panel.group !== null) chart.group = panel.group;
  plot.chart = chart;
  if (zoom !== null && look !== 'print') chart.dispatchAction({ type: 'dataZoom', dataZoomId: 'slider', ...zoom });
};

const nameOf = new WeakMap<Element, string>();

/** ECharts names its element by its own words: ours also hold the title. */
const keepName = ({ element }: Plot): void => {
  element.setAttribute('role', 'img');
  element.setAttribute('aria-label', nameOf.get(element) ?? '');
};

/** Puts live charts in the place of the drawings. */
export const drawAll = (panels: readonly Panel[]): Plots => {
  let shown: Look = 'light';
  const plots = panels.flatMap((panel): Plot[] => {
    const element = document.querySelector<HTMLElement>(`[data-plot="${panel.id}"]`);
    if (element) nameOf.set(element, element.getAttribute('aria-label') ?? '');
    return element ? [{ panel, element, chart: null }] : [];
  });
  const redraw = (plot: Plot): void => {
    draw(plot, shown);
    keepName(plot);
  };
  const widths = new WeakMap<Element, number>();
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const plot = plots.find(({ element }) => element === target)!;
      // Drawing sets the height, which is reported as well.
      if (widths.get(target) === widthOf(plot.element)) continue;
      widths.set(target, widthOf(plot.element));
      redraw(plot);
    }
  });
  for (const { element } of plots) {
    widths.set(element, widthOf(element));
    sizes.observe(element);
  }
  for (const group of new Set(panels.map((panel) => panel.group))) if (group !== null) echarts.connect(group);
  return {
    dress: (look) => {
      shown = look;
      plots.forEach(redraw);
    },
    look: () => shown,
    charts: (group) => plots.flatMap(({ panel, chart }) => (panel.group === group && chart !== null ? [chart] : [])),
  };
};
