import type { Time } from '../../ports/time.ts';

/** Calls `action` every `periodMs` until stopped; never twice at once, and late turns are dropped, not made up for. */
export function repeat(time: Time, periodMs: number, action: () => Promise<void> | void): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let cancel = (): void => undefined;
  const turn = (): void => {
    running = Promise.resolve()
      .then(action)
      .finally(() => {
        if (!stopped) cancel = time.at(time.nowMs() + periodMs, turn);
      });
    running.catch(() => undefined);
  };
  cancel = time.at(time.nowMs() + periodMs, turn);
  return async () => {
    stopped = true;
    cancel();
    await running.catch(() => undefined);
  };
}
