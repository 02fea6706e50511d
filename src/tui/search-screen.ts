import type { ScreenPhase, ScreenState } from '../domain/screen.ts';
import { counted } from '../reporting/format.ts';
import type { SearchState } from './search-state.ts';
import { minutes } from './text.ts';

/** Of many stages only the newest are drawn. */
const SHOWN_STAGES = 6;

const EVIDENCE = 'simulated: modelled joules';

const leftText = ({ progress }: SearchState): string[] =>
  progress === null || progress.etaS === null ? [] : [`about ${minutes(progress.etaS)} left`];

function stagePhase(state: SearchState, at: number): ScreenPhase {
  const { name: what, done, of } = state.stages[at]!;
  // A stage's own name is a sentence.
  const name = `stage ${at + 1}`;
  const isLast = at === state.stages.length - 1;
  if (!isLast || state.ended === 'done') return { name, status: 'done', progress: null, note: `${what}: ${counted(done, 'run')}` };
  const status = state.ended === 'stopped' ? 'stopped' : 'running';
  const note = [what, ...(status === 'running' ? leftText(state) : [])].join(', ');
  return { name, status, progress: { done, total: of, text: `${done} of ${counted(of, 'run')}` }, note };
}

const phasesOf = (state: SearchState): ScreenPhase[] => {
  const all = state.stages.map((_, at) => stagePhase(state, at)).slice(-SHOWN_STAGES);
  return all.length > 0 ? all : [{ name: 'search', status: state.ended ?? 'running', progress: null, note: 'about to begin' }];
};

/** How much was tried, and how. */
const triedText = ({ outline, progress }: SearchState): string =>
  [
    `${counted(progress?.simulated ?? 0, 'run')} simulated by ${counted(outline.workers, 'worker')}`,
    ...(progress && progress.replayed > 0 ? [`${progress.replayed} replayed`] : []),
    ...(outline.refused > 0 ? [`${counted(outline.refused, 'layout')} refused by arithmetic`] : []),
  ].join(', ');

/** Everything to draw of a search, after `elapsedS` seconds. Every figure in it is simulated. */
export const searchScreenOf = (state: SearchState, elapsedS: number): ScreenState => {
  const { outline, candidates, best, notes } = state;
  return {
    title: outline.title,
    evidence: `${EVIDENCE}; ${outline.question}; ${triedText(state)}`,
    elapsedS,
    expectedS: null,
    phases: phasesOf(state),
    measuring: 'searching',
    slo: outline.slo,
    instances: [],
    saving: null,
    baselineJPerToken: null,
    figure: { label: 'best so far', text: best ?? 'nothing keeps the target yet' },
    decision: null,
    candidates,
    warnings: notes,
    power: [],
  };
};
