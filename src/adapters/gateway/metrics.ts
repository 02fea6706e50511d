import type { IncomingMessage, ServerResponse } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFigures } from '../../domain/process-figures.ts';

export interface MetricsEndpoint {
  /** GET of `/metrics`. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Stops watching the event loop. Idempotent. */
  close(): void;
}

const RESOLUTION_MS = 10;
const NS_PER_S = 1e9;
const US_PER_S = 1e6;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What a timer of this resolution shows beyond its own period. NaN before its first sample. */
const delayS = (ns: number): number => (Number.isFinite(ns) ? Math.max(0, ns / NS_PER_S - RESOLUTION_MS / 1000) : 0);

/** `/metrics` in the text format of Prometheus. */
export const metricsEndpoint = (render: (process: ProcessFigures) => string): MetricsEndpoint => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const figures = (): ProcessFigures => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const eventLoopDelayS = { p50: delayS(delay.percentile(50)), p99: delayS(delay.percentile(99)), max: delayS(delay.max) };
    delay.reset();
    return { eventLoopDelayS, cpuS: (user + system) / US_PER_S, residentBytes: rss, heapBytes: heapUsed, uptimeS: process.uptime() };
  };
  return {
    handle(_request, response) {
      const text = render(figures());
      response.writeHead(200, { 'content-type': CONTENT_TYPE, 'content-length': Buffer.byteLength(text) });
      response.end(text);
    },
    close: () => void delay.disable(),
  };
};
