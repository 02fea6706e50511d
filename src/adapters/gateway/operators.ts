import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** The name of the API key whose holder may tell a gateway what to do from another machine. */
export const OPERATOR = 'operator';
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** What a proxy on this machine passes on for others. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'via'];

const fromHere = ({ socket, headers }: IncomingMessage): boolean =>
  LOOPBACK.test(socket.remoteAddress ?? '') && PASSED_ON.every((name) => headers[name] === undefined);

/**
 * Orders change what everybody gets: they come from this machine, or with the operator's key, and never out of a web page.
 * @param tenant whose key it came with
 * @throws ApiError 403, 415
 */
export function checkOrder(request: IncomingMessage, tenant: string): void {
  if (request.headers.origin !== undefined) throw new ApiError(403, 'orders are not taken from web pages', { code: 'not_allowed' });
  if (!fromHere(request) && tenant !== OPERATOR)
    throw new ApiError(403, `orders are taken from the gateway's own machine, or with an API key that is named ${OPERATOR}`, {
      code: 'not_allowed',
    });
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new ApiError(415, 'an order is JSON: send it with content-type application/json', { code: 'unsupported_media_type' });
}
