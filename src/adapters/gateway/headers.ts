import type { IncomingHttpHeaders } from 'node:http';

const REQUEST_ID = /^[\w.:-]{1,128}$/;
const TRACE_PARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACE_STATE = /^[\x20-\x7e]{1,512}$/;
const AUTHORIZATION = /^[\x20-\x7e]{1,4096}$/;

/**
 * What of a client's headers engines get: nothing but these, and of these nothing odd.
 * @param ownKeys the gateway checks keys itself: they are none of the engines' business
 */
export const passedHeaders = (headers: IncomingHttpHeaders, ownKeys: boolean): Record<string, string> => {
  const passed: Record<string, string> = {};
  const pass = (name: string, pattern: RegExp): void => {
    const value = headers[name];
    if (typeof value === 'string' && pattern.test(value)) passed[name] = value;
  };
  if (!ownKeys) pass('authorization', AUTHORIZATION);
  pass('x-request-id', REQUEST_ID);
  pass('traceparent', TRACE_PARENT);
  if ('traceparent' in passed) pass('tracestate', TRACE_STATE);
  return passed;
};
