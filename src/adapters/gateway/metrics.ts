import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProcessFigures } from '../../domain/process-figures.ts';
import { watchProcess } from './process-figures.ts';

export interface MetricsEndpoint {
  /** GET of `/metrics`. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Stops watching the event loop. Idempotent. */
  close(): void;
}

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics` in the text format of Prometheus. */
export const metricsEndpoint = (render: (process: ProcessFigures) => string): MetricsEndpoint => {
  const watch = watchProcess();
  return {
    handle(_request, response) {
      const text = render(watch.figures());
      response.writeHead(200, { 'content-type': CONTENT_TYPE, 'content-length': Buffer.byteLength(text) });
      response.end(text);
    },
    close: () => watch.close(),
  };
};
