import { ERRORS, VoltanaError, type ErrorCode } from '../../../domain/errors.ts';

export type Ready = Readonly<Record<string, unknown>>;

const parsed = (line: string): Ready => {
  try {
    return (JSON.parse(line) ?? {}) as Ready;
  } catch {
    return {};
  }
};

const codeOf = (code: unknown): ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'PROCESS_FAILED';

const LONGEST_QUOTE = 200;

/** Reads the first line of a child. @throws VoltanaError with the child's own code and hint when it says why it is not ready */
export const readyFrom = (name: string, line: string): Ready => {
  const said = parsed(line);
  if (said['ready'] === true) return said;
  const { code, message, hint } = said;
  const text = typeof message === 'string' ? message : `said "${line.slice(0, LONGEST_QUOTE)}" instead of being ready`;
  throw new VoltanaError(codeOf(code), `${name}: ${text}`, typeof hint === 'string' ? { hint } : {});
};
