import type { ServerResponse } from 'node:http';
import { DONE_EVENT, errorEvent, type CompletionText } from './completion-text.ts';
import { sendError } from './http.ts';

/** Where a leg's events go: its client. */
export interface Reply {
  token(): void;
  finished(): void;
  failed(reason: string): void;
}

const SSE_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } as const;

/** One event per token. The head waits for the first token, so that an earlier failure still gets an error status. */
export const streamReply = (response: ServerResponse, text: CompletionText, includeUsage: boolean): Reply => {
  let tokens = 0;
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(200, SSE_HEADERS);
  };
  return {
    token() {
      begin();
      tokens += 1;
      response.write(text.tokenEvent);
    },
    finished() {
      begin();
      response.end(text.finalEvent + (includeUsage ? text.usageEvent(tokens) : '') + DONE_EVENT);
    },
    failed(reason) {
      if (response.headersSent) response.end(errorEvent(reason));
      else sendError(response, 500, reason);
    },
  };
};

/** The whole answer at once. */
export const jsonReply = (response: ServerResponse, text: CompletionText): Reply => {
  let tokens = 0;
  return {
    token() {
      tokens += 1;
    },
    finished() {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(text.json(tokens));
    },
    failed: (reason) => sendError(response, 500, reason),
  };
};
