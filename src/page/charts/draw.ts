import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  LegendPlainComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapPiecewiseComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { extraHeight, fitted, still, type Option } from './fitting.ts';
import { INKS, themeOf, type Look } from './looks.ts';

// What the report's pictures need and nothing else: the page carries all of it.
echarts.use([BarChart, HeatmapChart, LineChart, ScatterChart]);
echarts.use([AriaComponent, DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, LegendPlainComponent]);
echarts.use([MarkLineComponent, TitleComponent, TooltipComponent, VisualMapPiecewiseComponent, SVGRenderer]);

export { echarts };

const TITLE_PX = 26;
export const HEIGHT_PX = 320;
const STILL_WIDTH_PX = 760;

export interface Still {
  readonly title: string;
  readonly option: Option;
}

/** A picture by itself: its title and its paper go with it. Without `title` it is one for a page, which has both. */
export const drawStill = ({ title, option }: Still, look: Look, shown: { readonly alone: boolean }): string => {
  const above = shown.alone ? TITLE_PX : 0;
  const height = HEIGHT_PX + above + extraHeight(option, STILL_WIDTH_PX);
  const chart = echarts.init(null, themeOf(look), { renderer: 'svg', ssr: true, width: STILL_WIDTH_PX, height });
  try {
    chart.setOption({
      ...still(fitted(option, STILL_WIDTH_PX, above)),
      ...(shown.alone && { title: { text: title, left: 0, top: 0 }, backgroundColor: INKS[look].paper }),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
};
