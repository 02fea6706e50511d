import { realTime } from '../../src/adapters/host/real-time.ts';
import { VirtualTime } from '../fixtures/virtual-time.ts';
import { timeContract } from './time.ts';

/** Only those that keep the process alive: what HTTP clients keep in the background does not count. */
const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

timeContract('real', () => ({
  time: realTime(),
  pass: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
  armed: timers,
}));

// The fixture that runs, profiling and the control plane are tested on.
timeContract('virtual (fixture)', () => {
  const time = new VirtualTime(1000);
  return { time, pass: (durationMs) => time.advance(durationMs), armed: () => time.armed };
});
