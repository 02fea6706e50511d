import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFigures } from '../../domain/process-figures.ts';

const RESOLUTION_MS = 10;
const NS_PER_S = 1e9;
const US_PER_S = 1e6;

/** What a timer of this resolution shows beyond its own period. NaN before its first sample. */
const delayS = (ns: number): number => (Number.isFinite(ns) ? Math.max(0, ns / NS_PER_S - RESOLUTION_MS / 1000) : 0);

export interface ProcessWatch {
  /** Delays since the last look. */
  figures(): ProcessFigures;
  /** Stops watching the event loop. Idempotent. */
  close(): void;
}

export const watchProcess = (): ProcessWatch => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    figures() {
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed } = process.memoryUsage();
      const eventLoopDelayS = { p50: delayS(delay.percentile(50)), p99: delayS(delay.percentile(99)), max: delayS(delay.max) };
      delay.reset();
      return { eventLoopDelayS, cpuS: (user + system) / US_PER_S, residentBytes: rss, heapBytes: heapUsed, uptimeS: process.uptime() };
    },
    close: () => void delay.disable(),
  };
};

/** Several processes as one: what they take adds up, and the event loop that is late most is the one that matters. */
export const summedFigures = (own: ProcessFigures, others: readonly ProcessFigures[]): ProcessFigures => {
  const all = [own, ...others];
  const sum = (key: 'cpuS' | 'residentBytes' | 'heapBytes'): number => all.reduce((total, one) => total + one[key], 0);
  const latest = (key: 'p50' | 'p99' | 'max'): number => Math.max(...all.map(({ eventLoopDelayS }) => eventLoopDelayS[key]));
  return {
    eventLoopDelayS: { p50: latest('p50'), p99: latest('p99'), max: latest('max') },
    cpuS: sum('cpuS'),
    residentBytes: sum('residentBytes'),
    heapBytes: sum('heapBytes'),
    uptimeS: own.uptimeS,
  };
};
