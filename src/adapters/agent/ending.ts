import { EXIT } from '../../domain/exit-codes.ts';
import type { Libc } from './libc.ts';

/** Less than a service manager waits (TimeoutStopSec of the unit), more than the last tries of giving back take. */
const END_WITHIN_MS = 20_000;

/**
 * That this process ends although a driver or a disk never answers: Node would wait for its threads, which wait for those,
 * and the state folder would stay locked against the next agent.
 * @param signal when it is told to end
 * @param onLate hears that something did not end in time; the process ends right behind it
 * @returns takes the limit of time away; threads are not waited for all the same
 */
export const endForSure = (
  libc: Libc | null,
  signal: AbortSignal,
  onLate: (problem: string) => void,
  withinMs = END_WITHIN_MS,
): (() => void) => {
  if (libc !== null) process.once('exit', (code) => libc.exit(code));
  let timer: NodeJS.Timeout | undefined;
  const late = (): void => {
    onLate(`a driver or a disk does not answer: it ends without them after ${withinMs / 1000} s`);
    process.exit(EXIT.cluster);
  };
  const begin = (): void => void (timer = setTimeout(late, withinMs));
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return () => {
    signal.removeEventListener('abort', begin);
    clearTimeout(timer);
  };
};
