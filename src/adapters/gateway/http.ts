import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';

/**
 * Answers with JSON, unless the client has gone or an answer has begun.
 * @param headers names and values in turn: Node writes those as they are
 */
export const sendText = (response: ServerResponse, status: number, text: string, headers: readonly string[] = []): void => {
  if (response.destroyed || response.headersSent) return;
  const own = ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(text))];
  response.writeHead(status, headers.length === 0 ? own : [...own, ...headers]);
  response.end(text);
};

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => sendText(response, status, JSON.stringify(body));

/** A GET that answers with what is true then. */
export const jsonEndpoint =
  (body: () => unknown) =>
  async (_request: IncomingMessage, response: ServerResponse): Promise<void> =>
    sendJson(response, 200, await body());

export const sendApiError = (response: ServerResponse, error: ApiError, headers: readonly string[] = []): void => {
  const all = [...headers];
  if (error.retryAfterS !== null) all.push('retry-after', String(error.retryAfterS));
  if (error.status === 401) all.push('www-authenticate', 'Bearer');
  sendText(response, error.status, error.text(), all);
};

/**
 * Reads a body. The surplus of one that is too large is read and dropped: a client that is cut off while sending would
 * never see the refusal.
 * @throws ApiError 413, or any error when the client leaves before its end
 */
export const readBody = (request: IncomingMessage, limitBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let ended = false;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => {
      ended = true;
      if (sizeBytes > limitBytes) reject(new ApiError(413, `the body has more than ${limitBytes} bytes`, { code: 'body_too_large' }));
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.once('close', () => {
      if (!ended) reject(new Error('the client left while it was sending'));
    });
  });
