import { stageLine, statusLine } from '../src/reporting/tuning/progress.ts';
import type { StatusLine, TuneHooks, TuneProgress } from '../src/compose/tuning.ts';
import type { Log } from './log.ts';

/** A line for each stage, and on a terminal one below that is written over. */
export function searchHooks(log: Log, status: StatusLine | null): TuneHooks {
  const say = (text: string): void => {
    status?.('');
    log(text, 'search');
  };
  return {
    note: (text) => {
      status?.('');
      log(text, 'search', 'warn');
    },
    kept: (id) => say(`kept as ${id}`),
    progress: (progress: TuneProgress, isNewStage) => {
      if (isNewStage) say(stageLine(progress));
      else status?.(statusLine(progress));
    },
  };
}
