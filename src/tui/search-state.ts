import type { ScreenCandidate } from '../domain/screen.ts';
import type { Slo } from '../domain/slo.ts';

/** What a screen of a search knows before anything is simulated. */
export interface SearchOutline {
  readonly title: string;
  /** What is searched for, for people. */
  readonly question: string;
  readonly slo: Slo;
  /** Layouts that arithmetic refuses: nobody simulates them. */
  readonly refused: number;
  readonly workers: number;
}

/** How far a search is. */
export interface SearchProgress {
  readonly stage: string;
  /** Of this stage's runs. */
  readonly done: number;
  readonly of: number;
  /** Of all stages: simulated, and known from a journal. */
  readonly simulated: number;
  readonly replayed: number;
  readonly etaS: number | null;
}

export type SearchEvent =
  | { readonly kind: 'progress'; readonly progress: SearchProgress; readonly best: string | null }
  | { readonly kind: 'noted'; readonly text: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' };

interface Stage {
  readonly name: string;
  readonly done: number;
  readonly of: number;
}

export interface SearchState {
  readonly outline: SearchOutline;
  /** In the order in which they came; the last one is under way. */
  readonly stages: readonly Stage[];
  readonly progress: SearchProgress | null;
  /** In words; null where nothing keeps the target yet. */
  readonly best: string | null;
  readonly candidates: readonly ScreenCandidate[];
  readonly ended: 'done' | 'stopped' | null;
  readonly notes: readonly string[];
}

export const initialSearchState = (outline: SearchOutline): SearchState => ({
  outline,
  stages: [],
  progress: null,
  best: null,
  candidates: [],
  ended: null,
  notes: [],
});

/** Batches of one stage count as one: they come one after the other under one name. */
function stagesAfter(stages: SearchState['stages'], before: SearchProgress | null, { stage, done, of }: SearchProgress): readonly Stage[] {
  const last = stages.at(-1);
  if (last?.name !== stage) return [...stages, { name: stage, done, of }];
  const begins = before !== null && done < before.done;
  const [base, planned] = begins ? [last.done, last.of + of] : [last.done - (before?.done ?? 0), last.of];
  return [...stages.slice(0, -1), { name: stage, done: base + done, of: planned }];
}

/** The state after one more event. Pure: the same events give the same screen. */
export const afterSearchEvent = (state: SearchState, event: SearchEvent): SearchState => {
  switch (event.kind) {
    case 'progress': {
      const { progress, best } = event;
      return { ...state, progress, best, stages: stagesAfter(state.stages, state.progress, progress) };
    }
    case 'noted':
      return { ...state, notes: [...state.notes, event.text] };
    case 'done':
    case 'stopped':
      return { ...state, ended: event.kind };
  }
};
