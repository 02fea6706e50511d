import { validateHeaderName, validateHeaderValue } from 'node:http';
import { VoltanaError } from '../../../domain/errors.ts';

/** These frame the request: the client sets them itself. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A compressed stream could not be timed: what it holds back is not seen. */
const FIXED = { 'content-type': 'application/json', accept: 'text/event-stream', 'accept-encoding': 'identity' } as const;
const BEYOND_TOKEN = /[^\x21-\x7e]/g;

const check = (name: string, value: string): void => {
  if (FRAMING.has(name.toLowerCase())) throw new VoltanaError('BAD_VALUE', `the header ${name} is set by the client itself`);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (cause) {
    // Values may be secret: they are not shown.
    throw new VoltanaError('BAD_VALUE', `"${name}" is no header that HTTP can carry, or its value is none`, { cause });
  }
};

/**
 * Writes the headers of a request: names and values in turn.
 * @throws VoltanaError BAD_VALUE for what HTTP cannot carry
 */
export const headersFor = (apiKey: string | null, extra: Readonly<Record<string, string>>): ((requestId: string) => string[]) => {
  const given = { ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }), ...extra };
  const all = new Map<string, string>(Object.entries(FIXED));
  for (const [name, value] of Object.entries(given)) {
    check(name, value);
    all.set(name.toLowerCase(), value);
  }
  const fixed = [...all].flat();
  return (requestId) => [...fixed, 'x-request-id', requestId.replace(BEYOND_TOKEN, '_')];
};
