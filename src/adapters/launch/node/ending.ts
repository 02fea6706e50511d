import { constants } from 'node:os';
import { VoltanaError } from '../../../domain/errors.ts';
import { LOG_FILE, EXIT_MISSING } from './supervisor.ts';

/** How an engine's transport ended, and what was heard of it until then. */
export interface Ending {
  readonly id: string;
  readonly where: string;
  /** Of the transport, here. */
  readonly program: string;
  readonly install: string;
  readonly broken?: { readonly exitCode: number; readonly what: string; readonly hint: string } | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Of the system, when the transport did not start. */
  readonly code?: string | undefined;
  /** What the supervising script said, by its first word. */
  readonly words: ReadonlyMap<string, string>;
  readonly lines: string;
}

const SIGNAL_BASE = 128;
const MODULE_MISSING = /No module named '?([\w.]+)/;

const signalOf = (exitCode: number): string | undefined =>
  Object.entries(constants.signals).find(([, number]) => number === exitCode - SIGNAL_BASE)?.[0];

const endingText = ({ exitCode, signal }: Ending): string => {
  const name = signal ?? (exitCode === undefined ? undefined : signalOf(exitCode));
  if (name !== undefined) return `was ended by ${name}`;
  return exitCode === undefined ? 'did not start' : `ended with exit code ${exitCode}`;
};

const quoted = (lines: string): string => (lines === '' ? '' : `; it last said:\n${lines}`);

const logText = ({ words, where }: Ending): string => {
  const folder = words.get('folder-is');
  return folder === undefined ? '' : `\nIts log: ${folder}/${LOG_FILE} on ${where}.`;
};

/** Ends before an engine was there: what its node refused. */
const refusal = ({ id, where, words }: Ending): VoltanaError | null => {
  const taken = words.get('taken');
  if (taken !== undefined) {
    return new VoltanaError('PORT_TAKEN', `instance ${id} cannot have port ${taken} on ${where}: something listens there`);
  }
  const folder = words.get('folder');
  if (folder === undefined) return null;
  return new VoltanaError('FILE_UNWRITABLE', `instance ${id} cannot write to ${folder} on ${where}`, {
    hint: 'Name another folder with launcher.workDir, or correct its permissions and the free space there.',
  });
};

const missing = ({ id, where, exitCode, lines }: Ending): VoltanaError | null => {
  const [, module] = MODULE_MISSING.exec(lines) ?? [];
  if (exitCode !== EXIT_MISSING && (exitCode === 0 || module === undefined)) return null;
  const what = module === undefined ? 'its program' : `the Python package ${module}`;
  return new VoltanaError('PROGRAM_MISSING', `instance ${id} needs ${what}, which is not installed on ${where}${quoted(lines)}`);
};

const unreachable = ({ id, where, exitCode, words, lines, broken }: Ending): VoltanaError | null => {
  if (broken === undefined || exitCode !== broken.exitCode) return null;
  const when = words.has('host') ? 'lost' : 'did not get';
  return new VoltanaError('PROCESS_FAILED', `instance ${id} ${when} ${broken.what} ${where}${quoted(lines)}`, { hint: broken.hint });
};

/** Why an engine is gone: what its supervisor, its transport and its own last lines say. */
export const explainEnding = (ending: Ending): VoltanaError => {
  const { id, program, install, where, code, lines } = ending;
  if (code === 'ENOENT') {
    return new VoltanaError('PROGRAM_MISSING', `instance ${id} cannot be started: there is no program ${program} here`, { hint: install });
  }
  const known = refusal(ending) ?? missing(ending) ?? unreachable(ending);
  if (known !== null) return known;
  const message = `instance ${id} on ${where} ${endingText(ending)}${quoted(lines)}${logText(ending)}`;
  return new VoltanaError('PROCESS_FAILED', message, {
    hint: 'Correct what its last lines say, then run again; with --verbose it shows the log of every process.',
  });
};
