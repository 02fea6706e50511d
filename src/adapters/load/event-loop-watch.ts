import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ClientFigures } from '../../domain/bench.ts';

/** Fine enough for limits of a few ms, and no load of its own. */
const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;
const US_PER_S = 1e6;

export interface EventLoopWatch {
  /** Since the watch began, or since the last `restart`. No delays before the first sample, some 10 ms after that. */
  figures(): { readonly eventLoopDelayMs: ClientFigures['eventLoopDelayMs']; readonly cpuS: number };
  /** Forgets what was seen, such as a warm-up. */
  restart(): void;
  /** Idempotent. Figures stay as they were. */
  close(): void;
}

/**
 * Watches what this process adds to every latency that it measures: how late its event loop gets to things, and the processor time
 * that it takes, user and system, all threads. A timer of 10 ms is looked at; its own period is taken off.
 */
export const watchEventLoop = (): EventLoopWatch => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let before = process.cpuUsage();
  const delayMs = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  return {
    figures() {
      const { user, system } = process.cpuUsage(before);
      const seen = { p50: delayMs(delay.percentile(50)), p99: delayMs(delay.percentile(99)), max: delayMs(delay.max) };
      return { eventLoopDelayMs: delay.count === 0 ? null : seen, cpuS: (user + system) / US_PER_S };
    },
    restart() {
      delay.reset();
      before = process.cpuUsage();
    },
    close: () => void delay.disable(),
  };
};
