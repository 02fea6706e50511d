import type { Time } from '../../ports/time.ts';
import { realTime } from './real-time.ts';

const NS_PER_MS = 1e6;

/** The machine's monotonic clock, which all its processes read alike whatever happens to the wall clock, in ms. */
const machineMs = (): number => Number(process.hrtime.bigint()) / NS_PER_MS;

/** The one with the least between its two readings counts: whoever is interrupted between them has read two moments. */
const TRIES = 5;

/** When a clock of this process was 0: another process reads the same clock as `timeSince` of that. */
export const originOf = (time: Time): number => {
  let [originMs, leastMs] = [0, Infinity];
  for (let i = 0; i < TRIES; i += 1) {
    const beforeMs = time.nowMs();
    const machine = machineMs();
    const afterMs = time.nowMs();
    if (afterMs - beforeMs < leastMs) [originMs, leastMs] = [machine - (beforeMs + afterMs) / 2, afterMs - beforeMs];
  }
  return originMs;
};

/** Time as it passes, on the clock of another process of this machine. */
export const timeSince = (originMs: number): Time => {
  const own = realTime();
  const aheadMs = originOf(own) - originMs;
  return {
    nowMs: () => own.nowMs() + aheadMs,
    sleep: own.sleep,
    at: (atMs, callback) => own.at(atMs - aheadMs, callback),
  };
};
