import type { IncomingMessage, ServerResponse } from 'node:http';
import { VoltanaError } from '../../domain/errors.ts';
import { ApiError } from './api-error.ts';
import { readBody, sendJson } from './http.ts';
import type { Handler } from './options.ts';

/** Orders are short. */
const MOST_BYTES = 16 * 1024;

export interface TuningEndpoint {
  view(): unknown;
  /** @throws VoltanaError for an order that cannot be, or not now */
  act(order: string): unknown;
}

const refusalOf = (error: unknown): unknown =>
  error instanceof VoltanaError && error.kind === 'user'
    ? new ApiError(400, `${error.message}. ${error.hint}`, { code: 'bad_order', cause: error })
    : error;

/** `/voltana/tuning`: GET tells how live tuning stands, POST tells it what to do. */
export const tuningEndpoint =
  ({ view, act }: TuningEndpoint): Handler =>
  async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST') return sendJson(response, 200, view());
    const order = (await readBody(request, MOST_BYTES)).toString('utf8');
    try {
      sendJson(response, 200, act(order));
    } catch (error) {
      throw refusalOf(error);
    }
  };
