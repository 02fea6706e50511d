import { stageLine, statusLine } from '../src/reporting/tuning/progress.ts';
import type { SearchView, StatusLine, TuneHooks, TuneProgress } from '../src/compose/tuning.ts';

/** A line for each stage, and on a terminal without a screen one below that is written over; the view is told as well. */
export function searchHooks(view: SearchView, status: StatusLine | null): TuneHooks {
  const say = (text: string): void => {
    status?.('');
    view.say(text, 'search');
  };
  return {
    note: (text) => {
      status?.('');
      view.say(text, 'search', 'warn');
    },
    kept: (id) => {
      status?.('');
      view.sayBelow(`kept as ${id}`, 'search');
    },
    progress: (progress: TuneProgress, isNewStage) => {
      view.progress(progress);
      if (isNewStage) say(stageLine(progress));
      else status?.(statusLine(progress));
    },
    evaluated: view.evaluated,
  };
}
