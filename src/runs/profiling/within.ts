import type { Time } from '../../ports/time.ts';

/** Rejects with the signal's reason as soon as it aborts. */
const aborted = (signal: AbortSignal): { readonly promise: Promise<never>; forget: () => void } => {
  let forget = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    forget = () => signal.removeEventListener('abort', abort);
  });
  promise.catch(() => undefined);
  return { promise, forget };
};

/**
 * Waits for something, but not for ever. The work gets a signal that also aborts when the time is up; one that ignores
 * it is left behind.
 * @throws what `late` makes when the time is up, the signal's reason when that comes first
 */
export async function within<T>(
  { time, signal }: { readonly time: Time; readonly signal: AbortSignal },
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => Error,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const outer = aborted(signal);
  const timeUp = aborted(own.signal);
  const passOn = (): void => own.abort(signal.reason);
  signal.addEventListener('abort', passOn, { once: true });
  const cancel = time.at(time.nowMs() + limitMs, () => own.abort(late()));
  try {
    return await Promise.race([work(own.signal), outer.promise, timeUp.promise]);
  } finally {
    cancel();
    signal.removeEventListener('abort', passOn);
    outer.forget();
    timeUp.forget();
  }
}
