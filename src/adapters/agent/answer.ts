import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorBodyOf } from '../../domain/agent-wire.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { Refusal, statusOf } from './refusal.ts';

/** A question that is being answered. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** On the agent's clock. */
  readonly arrivedMs: number;
}

const send = ({ response }: Asked, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void => {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
};

export const sendResult = (asked: Asked, result: unknown, nowMs: number): void =>
  send(asked, 200, { arrivedMs: asked.arrivedMs, nowMs, result: result ?? null });

const refusalOf = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error;
  const ours = error instanceof VoltanaError ? error : new VoltanaError('BUG', `the agent failed: ${String(error)}`, { cause: error });
  return new Refusal(statusOf(ours), ours);
};

/** @returns the error that was told */
export const sendError = (asked: Asked, error: unknown, nowMs: number): VoltanaError => {
  const refusal = refusalOf(error);
  send(asked, refusal.status, { arrivedMs: asked.arrivedMs, nowMs, error: errorBodyOf(refusal.error) }, refusal.headers);
  return refusal.error;
};
