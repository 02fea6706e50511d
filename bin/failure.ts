import { ERRORS, VoltanaError } from '../src/domain/errors.ts';
import { EXIT } from '../src/domain/exit-codes.ts';

export interface Failure {
  readonly exitCode: number;
  /** Empty when there is nothing to say: help was asked for, or nobody reads. */
  readonly text: string;
}

interface CliError extends Error {
  readonly oclif: { readonly exit?: number };
}

const isCliError = (error: unknown): error is CliError => error instanceof Error && 'oclif' in error;

const line = (message: string, hint: string): string => {
  const [first = ''] = message.trim().split('\nSee more help');
  const sentence = first.replace(/\s*\n\s*/g, ' ');
  return `error: ${sentence}${/[.!?]$/.test(sentence) ? '' : '.'} ${hint}`;
};

const fromCli = (error: CliError): Failure => {
  const exitCode = error.oclif.exit ?? EXIT.usage;
  // oclif ends --help and --version with an error of exit code 0, and `this.exit(n)` with one of code EEXIT.
  if (exitCode === EXIT.done || ('code' in error && error.code === 'EEXIT')) return { exitCode, text: '' };
  if (exitCode !== EXIT.usage) return { exitCode, text: line(error.message, ERRORS.BUG.hint) };
  const hint = /^command .* not found$/.test(error.message) ? 'Run voltana --help to see the commands.' : ERRORS.BAD_FLAG.hint;
  return { exitCode, text: line(error.message, hint) };
};

/** The end of a failed command: one line that says what is wrong and what to do; a bug shows its stack as well. */
export const describeFailure = (error: unknown, verbose: boolean): Failure => {
  if (error instanceof VoltanaError) {
    const stack = verbose || error.kind === 'bug' ? `${error.stack ?? ''}\n` : '';
    return { exitCode: error.exitCode, text: error.code === 'OUTPUT_CLOSED' ? '' : stack + line(error.message, error.hint) };
  }
  if (isCliError(error)) return fromCli(error);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: EXIT.bug, text: `${stack}\n${line('voltana failed unexpectedly', ERRORS.BUG.hint)}` };
};
