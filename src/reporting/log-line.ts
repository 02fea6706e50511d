export type LogLevel = 'debug' | 'info' | 'warn';

/** One thing said while a command runs. */
export interface LogEntry {
  readonly time: string;
  readonly level: LogLevel;
  readonly phase: string;
  readonly text: string;
}

/** One JSON object on one line, always in the same order. */
export const jsonLogLine = ({ time, level, phase, text }: LogEntry): string => JSON.stringify({ time, level, phase, text });
