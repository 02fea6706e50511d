/** How a page looks. */
export type Look = 'light' | 'dark' | 'print';

interface Inks {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly paper: string;
}

/** Text at least 4.5:1, axes at least 3:1 on their paper; the same figures are in report.css. */
export const INKS: Readonly<Record<Look, Inks>> = {
  light: { text: '#1d2329', quiet: '#4d5761', line: '#e3e7eb', paper: '#ffffff' },
  dark: { text: '#e6eaee', quiet: '#aab4be', line: '#333c45', paper: '#161b20' },
  print: { text: '#000000', quiet: '#333333', line: '#dddddd', paper: '#ffffff' },
};

const FONT = 'ui-sans-serif, system-ui, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif';

const axis = ({ text, quiet, line }: Inks): object => ({
  axisLine: { show: false, lineStyle: { color: quiet } },
  axisTick: { show: false },
  axisLabel: { color: quiet, fontSize: 11, hideOverlap: true },
  nameTextStyle: { color: text, fontSize: 11 },
  splitLine: { lineStyle: { color: line, width: 1 } },
  minorSplitLine: { show: false },
});

/** A look as an ECharts theme: everything but the data's own colours. */
export const themeOf = (look: Look): object => {
  const inks = INKS[look];
  const slider = {
    borderColor: inks.line,
    fillerColor: 'rgba(0, 114, 178, 0.18)',
    handleStyle: { color: inks.paper, borderColor: inks.quiet },
    moveHandleSize: 0,
    textStyle: { color: inks.quiet, fontSize: 10 },
  };
  return {
    backgroundColor: 'transparent',
    textStyle: { fontFamily: FONT, color: inks.text },
    title: { textStyle: { color: inks.text, fontSize: 14, fontWeight: 600 } },
    legend: { textStyle: { color: inks.text, fontSize: 12 }, inactiveColor: inks.quiet },
    categoryAxis: { ...axis(inks), splitLine: { show: false } },
    valueAxis: axis(inks),
    logAxis: axis(inks),
    visualMap: { textStyle: { color: inks.text } },
    dataZoom: slider,
    tooltip: { backgroundColor: inks.paper, borderColor: inks.quiet, textStyle: { color: inks.text, fontSize: 12 } },
    axisPointer: { lineStyle: { color: inks.quiet }, label: { backgroundColor: inks.quiet, color: inks.paper } },
    line: { label: { color: inks.text } },
    scatter: { label: { color: inks.text } },
    markLine: { lineStyle: { color: inks.text }, label: { color: inks.text } },
    aria: { decal: { decals: DECALS } },
  };
};

/** Quiet strokes: enough to tell bars apart without colour, not so much that they flicker. */
const DECALS = [
  { symbol: 'none' },
  { color: 'rgba(255, 255, 255, 0.55)', dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
  {
    color: 'rgba(255, 255, 255, 0.6)',
    symbol: 'circle',
    dashArrayX: [
      [6, 6],
      [0, 6, 6, 0],
    ],
    dashArrayY: [6, 0],
    symbolSize: 0.7,
  },
  { color: 'rgba(255, 255, 255, 0.55)', dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
  { color: 'rgba(255, 255, 255, 0.55)', dashArrayX: [1, 0], dashArrayY: [2, 4] },
  { color: 'rgba(255, 255, 255, 0.55)', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 2 },
  {
    color: 'rgba(255, 255, 255, 0.6)',
    symbol: 'rect',
    dashArrayX: [
      [4, 6],
      [0, 5, 4, 1],
    ],
    dashArrayY: [5, 0],
    symbolSize: 0.6,
  },
  { color: 'rgba(255, 255, 255, 0.55)', symbol: 'triangle', dashArrayX: [8, 4], dashArrayY: [8, 4], symbolSize: 0.8 },
];
