import { VoltanaError, type ErrorCode } from '../domain/errors.ts';

export const codeOf = (reason: unknown): ErrorCode => (reason instanceof VoltanaError ? reason.code : 'DEVICE_FAILED');

export const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

/** The same kind of failure, told of a domain. */
export const failureOf = (reason: unknown, message: string): VoltanaError => {
  const hint = reason instanceof VoltanaError ? { hint: reason.hint } : {};
  return new VoltanaError(codeOf(reason), `${message}: ${messageOf(reason)}`, { cause: reason, ...hint });
};

/** Compares every character whatever differs, so that the time it takes tells nothing. */
export const sameKey = (given: unknown, known: string): boolean => {
  if (typeof given !== 'string') return false;
  let difference = given.length ^ known.length;
  for (let i = 0; i < known.length; i += 1) difference |= (given.charCodeAt(i % Math.max(1, given.length)) || 0) ^ known.charCodeAt(i);
  return difference === 0;
};
