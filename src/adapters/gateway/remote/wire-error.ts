import { ERRORS, VoltanaError, type ErrorCode } from '../../../domain/errors.ts';
import type { WireError } from './wire.ts';

export const wireErrorOf = (error: unknown): WireError => {
  if (error instanceof VoltanaError) return { code: error.code, name: error.name, message: error.message, hint: error.hint };
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { code: null, name, message, hint: null };
};

/** The same error on the other side, without its stack. */
export const errorFromWire = ({ code, name, message, hint }: WireError): Error => {
  if (code !== null && Object.hasOwn(ERRORS, code)) return new VoltanaError(code as ErrorCode, message, hint === null ? {} : { hint });
  return name === 'RangeError' ? new RangeError(message) : new Error(message);
};
