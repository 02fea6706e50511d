import type { Time } from '../../ports/time.ts';

/** Beyond this setTimeout fires at once: longer waits are made of several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const nowMs = (): number => performance.now();

const at = (atMs: number, callback: () => void): (() => void) => {
  let timer: NodeJS.Timeout;
  // A timer may fire up to a millisecond early, so every firing looks at the clock again.
  const arm = (): void => {
    const remainingMs = Math.ceil(atMs - nowMs());
    timer = setTimeout(() => (nowMs() < atMs ? arm() : callback()), Math.min(Math.max(remainingMs, 0), MAX_TIMER_MS));
  };
  arm();
  return () => clearTimeout(timer);
};

const sleep = (durationMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const cancel = at(nowMs() + durationMs, () => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    });
    const aborted = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', aborted, { once: true });
  });

/** Time as it passes, in ms since this process started. Nothing fires early. */
export const realTime = (): Time => ({ nowMs, sleep, at });
