import { nearest } from '../src/config/nearest.ts';
import { ERRORS, VoltanaError } from '../src/domain/errors.ts';
import { EXIT } from '../src/domain/exit-codes.ts';

export interface Failure {
  readonly exitCode: number;
  /** Empty when there is nothing to say: help was asked for, or nobody reads. */
  readonly text: string;
}

interface CliError extends Error {
  readonly oclif: { readonly exit?: number };
  /** Of a wrong flag: those that the command has. */
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, unknown>> } };
}

const isCliError = (error: unknown): error is CliError => error instanceof Error && 'oclif' in error;

/** Colours, and whatever else of a quoted file or flag would move the cursor. */
const CONTROL = /\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const line = (message: string, hint: string): string => {
  const [first = ''] = message.trim().split('\nSee more help');
  const sentence = first.replace(/\s*\n\s*/g, ' ').replace(CONTROL, '');
  return `error: ${sentence}${/[.!?]$/.test(sentence) ? '' : '.'} ${hint}`;
};

/** What the parser puts around a message of ours or its own. */
const bare = (message: string): string => message.replace(/^(Parsing --\S+ \n\t|The following errors? occurred:\s+)/, '');

const suggestion = (word: string, candidates: readonly string[], format: (name: string) => string): string => {
  const near = nearest(word, candidates);
  return near === null ? '' : `Did you mean ${format(near)}? `;
};

/** @param id with colons between its words, and perhaps arguments behind the command's own */
const unknownCommand = (id: string, commands: readonly string[]): string => {
  const owner = commands.find((command) => id.startsWith(`${command}:`));
  if (owner !== undefined)
    return line(`voltana ${spaced(owner)} takes no argument "${spaced(id.slice(owner.length + 1))}"`, ERRORS.BAD_FLAG.hint);
  const [name = ''] = id.split(':');
  // Behind the name of a topic the second word counts; otherwise what follows are arguments.
  const inTopic = commands.some((command) => command.startsWith(`${name}:`));
  const word = inTopic ? id.split(':').slice(0, 2).join(':') : name;
  const topics = commands.filter((command) => command.includes(':')).map((command) => command.split(':')[0]!);
  const near = suggestion(word, [...commands, ...topics], (known) => `voltana ${spaced(known)}`);
  return line(`unknown command "${spaced(word)}"`, `${near}Run voltana ${inTopic ? `${name} ` : ''}--help to see the commands.`);
};

const spaced = (id: string): string => id.replaceAll(':', ' ');

/** Every way in which a flag may be written. */
const spellings = ([name, flag]: readonly [string, unknown]): string[] =>
  (flag as { readonly allowNo?: boolean } | undefined)?.allowNo === true ? [name, `no-${name}`] : [name];

const unknownFlags = (words: string, { parse }: CliError): string => {
  const known = Object.entries(parse?.input?.flags ?? {}).flatMap(spellings);
  const near = suggestion(words.split(',')[0]!.replace(/^-+/, ''), known, (name) => `--${name}`);
  return line(`unknown flag ${words}`, `${near}${ERRORS.BAD_FLAG.hint}`);
};

const unknownOption = (message: string, word: string, options: string): string =>
  line(message, `${suggestion(word, options.split(', '), (name) => name)}${ERRORS.BAD_FLAG.hint}`);

const fromCli = (error: CliError, commands: readonly string[]): Failure => {
  const exitCode = error.oclif.exit ?? EXIT.usage;
  // oclif ends --help and --version with an error of exit code 0, and `this.exit(n)` with one of code EEXIT.
  if (exitCode === EXIT.done || ('code' in error && error.code === 'EEXIT')) return { exitCode, text: '' };
  if (exitCode !== EXIT.usage) return { exitCode, text: line(error.message, ERRORS.BUG.hint) };
  const [, command] = /^command (.*) not found$/.exec(error.message) ?? [];
  if (command !== undefined) return { exitCode, text: unknownCommand(command, commands) };
  const [, flags] = /^Nonexistent flags?: (.*)/.exec(error.message) ?? [];
  if (flags !== undefined) return { exitCode, text: unknownFlags(flags, error) };
  const [, word, options] = /^Expected --[\w-]+=(.*) to be one of: ([^\n]*)/.exec(error.message) ?? [];
  if (word !== undefined && options !== undefined) return { exitCode, text: unknownOption(error.message, word, options) };
  return { exitCode, text: line(bare(error.message), ERRORS.BAD_FLAG.hint) };
};

/**
 * The end of a failed command: one line that says what is wrong and what to do; a bug shows its stack as well.
 * @param commands the names that there are, to tell which one a wrong one was meant to be
 */
export const describeFailure = (error: unknown, verbose: boolean, commands: readonly string[] = []): Failure => {
  if (error instanceof VoltanaError) {
    const stack = verbose || error.kind === 'bug' ? `${error.stack ?? ''}\n` : '';
    return { exitCode: error.exitCode, text: error.code === 'OUTPUT_CLOSED' ? '' : stack + line(bare(error.message), error.hint) };
  }
  if (isCliError(error)) return fromCli(error, commands);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: EXIT.bug, text: `${stack}\n${line('voltana failed unexpectedly', ERRORS.BUG.hint)}` };
};
