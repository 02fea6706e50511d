import type { Time } from '../../ports/time.ts';

/** What a simulation tells as it goes. */
export type OnPhase = (text: string) => void;

/** Often enough for a Ctrl-C, seldom enough to cost nothing. */
const BREATHE_EVERY_MS = 100;
const SAY_EVERY_MS = 10_000;

/**
 * Lets whatever else waits in this process have its turn now and then, and says how far a long simulation is.
 * @throws what the signal was aborted with
 */
export function breathing(time: Time, signal: AbortSignal, say: OnPhase): (simulatedMs: number) => Promise<void> {
  let breathedMs = time.nowMs();
  let saidMs = breathedMs;
  return async (simulatedMs) => {
    if (time.nowMs() - breathedMs < BREATHE_EVERY_MS) return;
    await time.sleep(0, signal);
    breathedMs = time.nowMs();
    if (breathedMs - saidMs < SAY_EVERY_MS) return;
    saidMs = breathedMs;
    say(`at ${Math.round(simulatedMs / 1000)} s of the run`);
  };
}
