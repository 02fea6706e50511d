import { percent } from '../../format.ts';
import type { TunedConfiguration, Tuning } from '../../../domain/tuning.ts';
import { FRONT_HEADING, frontRows } from '../../tuning/tables.ts';
import type { ReportModel } from '../model.ts';
import { axisBelow, limitLine, panel, pointLegend, rounded, valueAxis, type Json, type Picture } from './parts.ts';

const SMALLEST_MARK = 7;
const MARK_PER_ROOT_GPU = 5;

/** The area grows with the GPUs. */
const markSize = (gpus: number): number => Math.round(SMALLEST_MARK + MARK_PER_ROOT_GPU * Math.sqrt(gpus));

const point = (one: TunedConfiguration, name: string): Json => ({
  name,
  value: [rounded(one.sloAttainment.joint * 100), rounded(one.joulesPerOutputToken), one.gpus],
  symbolSize: markSize(one.gpus),
});

const KINDS = {
  front: { name: 'front', color: '#0072b2', symbol: 'circle', itemStyle: { opacity: 0.6 } },
  knee: { name: 'knee', color: '#cc79a7', symbol: 'triangle' },
  pick: { name: 'pick', color: '#009e73', symbol: 'diamond' },
  given: { name: 'given layout, highest clock', color: '#d55e00', symbol: 'rect' },
} as const;

const series = (kind: keyof typeof KINDS, points: readonly Json[]): Json => ({
  type: 'scatter',
  ...KINDS[kind],
  data: points,
  z: kind === 'front' ? 2 : 3,
});

type Front = Tuning['pareto'];

/** What has a mark of its own is drawn once. */
const frontOnly = ({ pareto, recommended, baseline }: Tuning): Front => {
  const marked = [recommended, baseline].map(({ choice }) => JSON.stringify(choice));
  return pareto.filter(({ knee, choice }) => !knee && !marked.includes(JSON.stringify(choice)));
};

const marked = (tuning: Tuning): Json[] => {
  const { pareto, recommended, baseline, constraints } = tuning;
  const [knees, others] = [pareto.filter(({ knee }) => knee), frontOnly(tuning)];
  return [
    {
      ...series(
        'front',
        others.map((one) => point(one, 'front')),
      ),
      markLine: limitLine('xAxis', constraints.sloTarget * 100, `target ${percent(constraints.sloTarget)}`),
    },
    ...(knees.length > 0
      ? [
          series(
            'knee',
            knees.map((one) => point(one, 'knee')),
          ),
        ]
      : []),
    series('given', [point(baseline, 'given')]),
    series('pick', [point(recommended, 'pick')]),
  ];
};

const picture = (tuning: Tuning, index: number): Picture =>
  panel({
    id: `front-${index}`,
    section: 'front',
    title: 'Configurations that no other beats',
    description:
      `Simulated: ${tuning.pareto.length} configurations of the Pareto front. Across: percent of the requests that kept both promises. Up: joules per output token. ` +
      `The area of a mark is its number of GPUs. The pick spends ${rounded(tuning.recommended.joulesPerOutputToken)} J and keeps both for ${percent(tuning.recommended.sloAttainment.joint, 2)}.`,
    option: {
      tooltip: { trigger: 'item' },
      legend: pointLegend(
        ['front', ...(tuning.pareto.some(({ knee }) => knee) ? ['knee'] : []), KINDS.given.name, KINDS.pick.name].map(String),
      ),
      xAxis: axisBelow('% of requests that kept both promises', { scale: true, max: 100 }),
      yAxis: valueAxis('J per output token, simulated', { scale: true }),
      series: marked(tuning),
    },
    table: { head: ['mark', ...FRONT_HEADING.slice(1)], rows: frontRows(tuning) },
  });

/** What a search found to choose among. */
export const fronts = ({ tunings }: ReportModel): Picture[] => tunings.map(({ document }, i) => picture(document, i));
