import type { Time } from '../../../../../src/ports/time.ts';

const at = (atMs: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, Math.max(0, atMs - performance.now()));
  return () => clearTimeout(timer);
};

/** Real time in a few lines: these tests depend on no other adapter. */
export const realTime: Time = {
  nowMs: () => performance.now(),
  at,
  sleep: (durationMs) => new Promise((resolve) => at(performance.now() + durationMs, resolve)),
};
