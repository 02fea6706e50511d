import { expect } from 'chai';
import { ClockCalls } from '../../../src/simulation/clock-calls.ts';

const CALL_MS = 5;
const command = (domain: string) => ({ domain, fromMhz: 1410, clockMhz: 900, reason: '' });

/** Three calls at once, and when each began and was answered. */
const played = (serialised: boolean): string[] => {
  const log: string[] = [];
  const calls = new ClockCalls(
    {
      start: ({ domain }, nowMs) => {
        log.push(`start ${domain} ${nowMs}`);
        return CALL_MS;
      },
      answer: ({ domain }, nowMs) => void log.push(`answer ${domain} ${nowMs}`),
    },
    serialised,
  );
  for (const domain of ['a', 'b', 'c']) calls.ask(command(domain), 10);
  for (let nextMs = calls.nextMs; nextMs < Infinity; nextMs = calls.nextMs) calls.answer(nextMs);
  return log;
};

describe('driver calls', () => {
  it('run side by side', () => {
    expect(played(false)).to.have.members(['start a 10', 'start b 10', 'start c 10', 'answer a 15', 'answer b 15', 'answer c 15']);
  });

  it('wait for each other in order where the driver is serialised', () => {
    expect(played(true)).to.deep.equal(['start a 10', 'answer a 15', 'start b 15', 'answer b 20', 'start c 20', 'answer c 25']);
  });
});
