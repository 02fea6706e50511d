import type { WorkloadRequest } from '../../../domain/request.ts';
import type { Time } from '../../../ports/time.ts';

/**
 * Calls `send` for each request when its intended time has come, whatever became of the others. Every wait aims at
 * an absolute time, so lateness never adds up; what is overdue goes out at once.
 * @param startedAtMs the schedule's zero on `time`
 * @param onAllSent called after the last `send`
 * @param sendForMs from the schedule's zero; nothing is sent after that
 * @returns stops it: nothing more is sent
 */
export const pace = (
  schedule: readonly WorkloadRequest[],
  time: Time,
  startedAtMs: number,
  send: (request: WorkloadRequest, index: number) => void,
  onAllSent: () => void,
  sendForMs = Infinity,
): (() => void) => {
  const untilMs = startedAtMs + sendForMs;
  let stopped = false;
  let next = 0;
  let cancelTimer = (): void => {};

  const dueMs = (): number => startedAtMs + (schedule[next]?.arrivalMs ?? Infinity);
  const isOver = (): boolean => next === schedule.length || Math.max(dueMs(), time.nowMs()) >= untilMs;
  const sendDue = (): void => {
    while (!stopped && !isOver() && dueMs() <= time.nowMs()) {
      next += 1;
      send(schedule[next - 1] as WorkloadRequest, next - 1);
    }
    if (stopped) return;
    if (isOver()) onAllSent();
    else cancelTimer = time.at(dueMs(), sendDue);
  };

  sendDue();
  return () => {
    stopped = true;
    cancelTimer();
  };
};
