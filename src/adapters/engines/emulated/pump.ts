import type { EmulatedInstance, EngineEvent } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';

/** Drives a state machine that has no timers of its own. */
export interface Pump {
  /** Runs one input at the present time, hands out whatever events it caused, and re-arms the timer. */
  input<T>(act: (nowMs: number) => T): T;
  stop(): void;
}

const nothing = (): void => undefined;

/** One timer, always at the machine's next event. Event handlers may call `input` themselves. */
export const createPump = (machine: EmulatedInstance, time: Time, onEvent: (event: EngineEvent) => void): Pump => {
  let cancelTimer = nothing;
  let armedAtMs = Infinity;
  let draining = false;
  let stopped = false;

  const arm = (): void => {
    const nextMs = machine.nextEventMs();
    if (stopped || nextMs === armedAtMs) return;
    cancelTimer();
    armedAtMs = nextMs;
    cancelTimer = Number.isFinite(nextMs) ? time.at(nextMs, onTimer) : nothing;
  };

  const drain = (): void => {
    if (draining || stopped) return;
    draining = true;
    try {
      // Handlers cause further events, so this ends only when the machine has nothing left for now.
      for (let events = machine.advance(time.nowMs()); events.length > 0; events = machine.advance(time.nowMs())) {
        for (const event of events) onEvent(event);
      }
    } finally {
      draining = false;
    }
    arm();
  };

  const onTimer = (): void => {
    armedAtMs = Infinity;
    drain();
  };

  return {
    input(act) {
      const result = act(time.nowMs());
      drain();
      return result;
    },
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
};
