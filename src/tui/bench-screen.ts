import type { PhaseStatus, ScreenHistogram, ScreenPhase, ScreenState } from '../domain/screen.ts';
import { number, percent } from '../reporting/format.ts';
import type { BenchFigures, BenchState } from './bench-state.ts';
import { decisionOf, servingRow, tellingsOf } from './serving-rows.ts';

/** Of many steps only those around the present one are drawn. */
const SHOWN_STEPS = 5;
/** Earlier a rate says nothing. */
const FROM_REQUESTS = 5;

const statusAt = ({ present, stopped }: BenchState, at: number): PhaseStatus => {
  if (at < present) return 'done';
  if (at > present) return 'waiting';
  return stopped ? 'stopped' : 'running';
};

const openingPhase = (state: BenchState): ScreenPhase => ({
  ...state.outline.opening,
  status: state.present >= 0 ? 'done' : state.stopped ? 'stopped' : 'running',
  progress: null,
});

const rateText = ({ sentPerS, lateP99Ms, late }: BenchFigures): string =>
  [
    ...(sentPerS === null ? [] : [`${number(sentPerS, 1)} sent/s`]),
    ...(lateP99Ms === null ? [] : [`late p99 ${number(lateP99Ms, 1, 'ms')}${late === 0 ? '' : `, ${late} too late`}`]),
  ].join(', ');

function stepPhase(state: BenchState, at: number): ScreenPhase {
  const { outline, steps, warming, figures } = state;
  const name = outline.steps[at]!;
  const status = statusAt(state, at);
  const { requests, sent, ended } = steps[at] ?? { requests: 0, sent: 0, ended: 0 };
  if (status === 'waiting') return { name, status, progress: null, note: '' };
  if (status === 'done') return { name, status, progress: null, note: `${ended} of ${sent} sent have ended` };
  if (warming) return { name, status, progress: null, note: 'warming up: nothing counts yet' };
  const progress = { done: ended, total: requests, text: `${ended} ended, ${sent} sent of ${requests}` };
  return { name, status, progress, note: figures === null ? '' : rateText(figures) };
}

/** Where steps are many, the present one with its neighbours. */
function stepPhases(state: BenchState): ScreenPhase[] {
  const count = state.outline.steps.length;
  const first = Math.max(0, Math.min(state.present - Math.floor(SHOWN_STEPS / 2), count - SHOWN_STEPS));
  return Array.from({ length: Math.min(count, SHOWN_STEPS) }, (_, i) => stepPhase(state, first + i));
}

const thresholdText = ({ thresholds }: BenchFigures): string[] => {
  const kept = thresholds.filter(({ ok }) => ok).length;
  return thresholds.length === 0 ? [] : [`${kept} of ${thresholds.length} thresholds kept`];
};

/** All of it so far, in the order of what people ask first. */
function soFarText({ figures, learnt }: BenchState): string {
  if (figures === null || figures.offered < FROM_REQUESTS) return learnt ?? 'no request has ended yet';
  const { joint, goodputPerS, joulesPerToken, powerW, failed } = figures;
  return [
    `SLO kept ${percent(joint)}`,
    ...(goodputPerS === null ? [] : [`goodput ${number(goodputPerS, 2)}/s`]),
    ...(joulesPerToken === null ? [] : [`${number(joulesPerToken, 3)} J per output token`]),
    ...(powerW === null ? [] : [`${number(powerW, 0, 'W')} now`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...thresholdText(figures),
    ...(learnt === null ? [] : [learnt]),
  ].join(', ');
}

const missedTexts = ({ figures }: BenchState): string[] =>
  figures === null || figures.offered < FROM_REQUESTS
    ? []
    : figures.thresholds
        .filter(({ ok }) => !ok)
        .map(({ text, value, reason }) => `threshold ${text}: not kept so far, ${reason ?? `at ${number(value, 3)}`}`);

const histogramsOf = ({ ttftMs, itlMs }: BenchFigures, slo: BenchState['slo']): ScreenHistogram[] => [
  { name: 'TTFT', sloMs: slo.ttftMs, boundsMs: ttftMs.bounds, counts: ttftMs.counts },
  { name: 'gaps', sloMs: slo.itlMs, boundsMs: itlMs.bounds, counts: itlMs.counts },
];

/** Everything to draw of a bench, after `elapsedS` seconds. Latencies are the clients', the fleet is as its gateway sees it. */
export const benchScreenOf = (state: BenchState, elapsedS: number): ScreenState => {
  const { outline, snapshot, figures, slo, instances } = state;
  const seen = new Map(snapshot?.instances.map((instance) => [instance.id, instance]));
  const { decisions } = tellingsOf(snapshot);
  return {
    title: outline.title,
    evidence: `${state.evidence}; ${outline.load}`,
    elapsedS,
    expectedS: outline.expectedS,
    phases: [openingPhase(state), ...stepPhases(state)],
    measuring: 'serving',
    slo,
    instances: instances.map((instance) => servingRow(instance, seen.get(instance.id))),
    saving: null,
    baselineJPerToken: null,
    figure: { label: 'so far', text: soFarText(state) },
    decision: decisionOf(snapshot),
    ...(decisions ? { decisions } : {}),
    ...(figures ? { histograms: histogramsOf(figures, slo) } : {}),
    warnings: [...new Set([...missedTexts(state), ...state.notes, ...(snapshot?.warnings ?? [])])],
    power: [],
  };
};
