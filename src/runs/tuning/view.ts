import type { ScreenCandidate } from '../../domain/screen.ts';
import { gpusOf, type Evaluation } from '../../domain/tuning.ts';
import { layoutText, settingsText } from '../../domain/tuning-text.ts';
import { percent } from '../../reporting/format.ts';
import { bestText } from '../../reporting/tuning/progress.ts';
import { searchScreenOf } from '../../tui/search-screen.ts';
import { afterSearchEvent, initialSearchState, type SearchEvent, type SearchOutline, type SearchState } from '../../tui/search-state.ts';
import { jointAttainment } from '../../tuning/search/attainment-bound.ts';
import { undominated } from '../../tuning/search/pareto.ts';
import { screen as screened } from '../../tuning/search/screen.ts';
import { choiceKey } from '../../tuning/search/settings.ts';
import { layoutsOf } from '../../tuning/search/space.ts';
import type { EvaluationTask } from '../../tuning/types.ts';
import { jobScreen, type Say } from '../job-screen.ts';
import type { ScreenPorts } from '../screen-feed.ts';
import { canServeOn } from './can-serve.ts';
import { loadName } from './load.ts';
import type { TuneProgress } from './progress.ts';
import type { TunePlan } from './resolve.ts';

/** Shows a search while it goes. */
export interface SearchView {
  readonly progress: (progress: TuneProgress) => void;
  /** Left out where nobody draws them. */
  readonly evaluated?: (task: EvaluationTask, evaluation: Evaluation) => void;
  /** For the command's own lines: in their place there may be a screen. */
  readonly say: Say;
  /** For what has to stand below the last frame. */
  readonly sayBelow: Say;
  /** Whether lines are what people see. */
  readonly plain: boolean;
  close(how: 'done' | 'stopped'): Promise<void>;
}

/** In lines: the command's own. */
export const plainSearchView = (say: Say): SearchView => ({
  progress: () => undefined,
  say,
  sayBelow: say,
  plain: true,
  close: () => Promise.resolve(),
});

/** More points than these no terminal has room for. */
const MOST_CANDIDATES = 400;

interface Point {
  readonly evaluation: Evaluation;
  readonly joulesPerToken: number;
  readonly attainment: number;
}

/** What was simulated of each configuration, the longest run of it. */
export class Candidates {
  readonly #points = new Map<string, Point>();

  /** Only what can be compared: the load that was asked for, with the promises that were asked for. */
  add({ fidelity, slo, day, tier }: EvaluationTask, evaluation: Evaluation): void {
    if (tier !== undefined || slo !== null || day !== null || fidelity.load !== 1 || fidelity.hostileWorld !== null) return;
    const { joulesPerOutputToken, overloaded, choice } = evaluation;
    const attainment = jointAttainment([evaluation]);
    const key = choiceKey(choice);
    const known = this.#points.get(key);
    if (joulesPerOutputToken === null || overloaded || attainment === null) return;
    if (known && known.evaluation.fidelity.requests > fidelity.requests) return;
    this.#points.delete(key);
    this.#points.set(key, { evaluation, joulesPerToken: joulesPerOutputToken, attainment });
    if (this.#points.size > MOST_CANDIDATES) this.#forgetOne();
  }

  /** Against each other: less energy per token, more requests that keep the promises, fewer GPUs. */
  drawn(best: Evaluation | null): ScreenCandidate[] {
    const points = [...this.#points.values()];
    const front = this.#front(points);
    const bestKey = best && choiceKey(best.choice);
    return points.map(({ evaluation: { choice }, joulesPerToken, attainment }, i) => ({
      name: `${layoutText(choice)}, ${settingsText(choice)}`,
      joulesPerToken,
      attainment,
      gpus: gpusOf(choice),
      standing: choiceKey(choice) === bestKey ? 'best' : front.has(i) ? 'front' : 'beaten',
    }));
  }

  #front(points: readonly Point[]): ReadonlySet<number> {
    return new Set(
      undominated(points.map(({ evaluation, joulesPerToken, attainment }) => [joulesPerToken, -attainment, gpusOf(evaluation.choice)])),
    );
  }

  /** The oldest that others beat; the oldest of all where none is. */
  #forgetOne(): void {
    const front = this.#front([...this.#points.values()]);
    const keys = [...this.#points.keys()];
    this.#points.delete(keys.find((_, i) => !front.has(i)) ?? keys[0]!);
  }
}

function outlineOf(plan: TunePlan, workers: number): SearchOutline {
  const { ground, constraints, space, seed } = plan;
  const { noRoom, tooBusy } = screened(layoutsOf(space), canServeOn(ground)).refused;
  const { slo, sloTarget } = constraints;
  return {
    title: `voltana tune --search: ${loadName(ground.load)} at ${ground.load.ratePerS}/s, seed ${seed}`,
    question: `TTFT ${slo.ttftMs} ms, gaps ${slo.itlMs} ms for ${percent(sloTarget)}`,
    slo,
    refused: noRoom + tooBusy,
    workers,
  };
}

/** The live screen; lines from the moment at which it fails. */
export function screenSearchView(plan: TunePlan, workers: number, ports: ScreenPorts, say: Say): SearchView {
  const candidates = new Candidates();
  let best: Evaluation | null = null;
  const draw = (state: SearchState, elapsedS: number) => searchScreenOf({ ...state, candidates: candidates.drawn(best) }, elapsedS);
  const picture = { initial: initialSearchState(outlineOf(plan, workers)), after: afterSearchEvent, draw };
  const screen = jobScreen<SearchState, SearchEvent>('search', picture, ports, say);
  return {
    progress(progress) {
      best = progress.best;
      screen.tell({ kind: 'progress', progress, best: best && bestText(best) });
    },
    evaluated: (task, evaluation) => candidates.add(task, evaluation),
    say: screen.say,
    sayBelow: screen.sayBelow,
    plain: false,
    close(how) {
      screen.tell({ kind: how });
      return screen.close();
    },
  };
}
