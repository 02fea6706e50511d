import type { Time } from '../../../ports/time.ts';
import type { Exchange } from './exchange.ts';

/**
 * Fails requests that take longer than `timeoutMs`. All have the same limit, so the oldest one is always the next: one timer
 * is enough for any number.
 * @param nowMs ms since the start of the run, as `Exchange.dispatchedMs`
 * @returns stops it
 */
export const failOverdue = (time: Time, timeoutMs: number, oldest: () => Exchange | undefined, nowMs: () => number): (() => void) => {
  let cancelTimer = (): void => {};
  const overdue = (): Exchange | undefined => {
    const exchange = oldest();
    return exchange !== undefined && exchange.dispatchedMs + timeoutMs <= nowMs() ? exchange : undefined;
  };
  const look = (): void => {
    for (let one = overdue(); one !== undefined; one = overdue()) one.abandon('failed', `not finished within ${timeoutMs} ms`);
    arm();
  };
  const arm = (): void => {
    const leftMs = (oldest()?.dispatchedMs ?? nowMs()) + timeoutMs - nowMs();
    cancelTimer = time.at(time.nowMs() + leftMs, look);
  };
  arm();
  return () => cancelTimer();
};
