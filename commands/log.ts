import type { Settings } from '../src/domain/settings.ts';
import { jsonLogLine, type LogLevel } from '../src/reporting/log-line.ts';

export type Log = (text: string, phase: string, level?: LogLevel) => void;

interface Outlets {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly now: () => string;
}

type Wanted = Pick<Settings, 'quiet' | 'verbose' | 'logFormat'> & { readonly json: boolean };

/**
 * How a command speaks while it works. Text is for people: beside the result, on stderr when that is a document.
 * JSON lines are for programs, and leave stdout to the result.
 */
export const createLog = ({ out, err, now }: Outlets, { quiet, verbose, logFormat, json }: Wanted): Log => {
  const wanted: Readonly<Record<LogLevel, boolean>> = { debug: verbose, info: !quiet, warn: true };
  return (text, phase, level = 'info') => {
    if (!wanted[level]) return;
    if (logFormat === 'json') err(jsonLogLine({ time: now(), level, phase, text }));
    else if (json || level !== 'info') err(text);
    else out(text);
  };
};
