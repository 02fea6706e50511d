import { significant } from '../format.ts';
import type { Figure, Series } from '../plot/figure.ts';
import { rateText } from './rate-text.ts';
import type { LoadCurve, PhaseCurves, Staircase } from './curves.ts';

const minimumOf = ({ points }: LoadCurve): LoadCurve['points'][number] | undefined =>
  points.reduce<LoadCurve['points'][number] | undefined>(
    (best, point) => (best && best.energyPerTokenJ <= point.energyPerTokenJ ? best : point),
    undefined,
  );

function loadSeries(load: LoadCurve): Series {
  const least = minimumOf(load);
  const top = load.points.at(-1);
  const saved = least && top ? ((1 - least.energyPerTokenJ / top.energyPerTokenJ) * 100).toFixed(0) : '0';
  return {
    name: `${rateText(load.tokensPerS)} tokens/s`,
    points: load.points.map(({ clockMhz, energyPerTokenJ }) => [clockMhz, energyPerTokenJ]),
    mark: least
      ? {
          at: [least.clockMhz, least.energyPerTokenJ],
          text: `least at ${least.clockMhz} MHz, ${significant(least.energyPerTokenJ, 3)} J/token, ${significant(least.latencyMs, 3)} ms an iteration, saves ${saved} %`,
        }
      : null,
  };
}

const energyFigure = (curves: PhaseCurves, evidence: string): Figure => ({
  title: `Energy per token against clock: ${curves.phase}, ${curves.whose}`,
  xLabel: 'SM clock (MHz)',
  yLabel: 'energy per token (J)',
  series: curves.loads.map(loadSeries),
  dots: [],
  verticals: [],
  note:
    curves.phase === 'decode'
      ? `${evidence}; ${curves.tokensEach} KV tokens a request; the batch is the one that the load leads to; idle energy included; savings are against the highest clock`
      : `${evidence}; prompts of ${curves.tokensEach} tokens, as many at a time as the load leads to; idle energy included; savings are against the highest clock`,
});

const stepsText = ({ steps }: Staircase): string => (steps.length === 0 ? 'no step found' : `steps at batch ${steps.join(', ')}`);

const staircaseFigure = (curves: PhaseCurves, stairs: Staircase, evidence: string): Figure => ({
  title: `Latency against batch: decode, ${stairs.instance}`,
  xLabel: 'batch (running requests)',
  yLabel: 'one iteration (ms)',
  series: [
    {
      name: `${stairs.clockMhz} MHz, ${stepsText(stairs)}`,
      points: stairs.points.map(({ batch, latencyMs }) => [batch, latencyMs]),
      mark: null,
    },
  ],
  dots: stairs.measured.map(({ batch, latencyMs }) => [batch, latencyMs]),
  verticals: stairs.steps,
  note: `${evidence}; ${curves.tokensEach} KV tokens a request${stairs.measured.length === 0 ? '' : '; circles: measured near it'}`,
});

/** The pictures of a fit: for each phase energy against clock by load, for decode latency against batch. */
export const fitFigures = (curves: readonly PhaseCurves[], evidence: string): Figure[] =>
  curves.flatMap((each) => [
    ...(each.loads.some(({ points }) => points.length > 0) ? [energyFigure(each, evidence)] : []),
    ...(each.staircase ? [staircaseFigure(each, each.staircase, evidence)] : []),
  ]);
