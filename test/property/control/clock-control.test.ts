import { expect } from 'chai';
import fc from 'fast-check';
import { ClockControl } from '../../../src/control/clock-control.ts';

const CLOCKS_MHZ = [600, 750, 900, 1050, 1200];

/** A governor's wishes over time, each carried out by a driver that takes a while, fails now and then or loses its lease. */
const turns = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 400 }),
    wishMhz: fc.integer({ min: 0, max: 2000 }),
    driver: fc.constantFrom(
      'applied' as const,
      'applied' as const,
      'applied' as const,
      'failed' as const,
      'slow' as const,
      'restored' as const,
    ),
  }),
  { maxLength: 120 },
);

interface Command {
  readonly atMs: number;
  readonly fromMhz: number;
  readonly clockMhz: number;
}

const commandsOf = (control: ClockControl, plan: typeof turns extends fc.Arbitrary<infer T> ? T : never): Command[] => {
  const commands: Command[] = [];
  let nowMs = 0;
  for (const { afterMs, wishMhz, driver } of plan) {
    nowMs += afterMs;
    const busy = control.busy;
    const command = control.propose({ clockMhz: wishMhz, reason: 'wish' }, nowMs);
    if (command) {
      expect(busy, 'two commands at once').to.equal(false);
      expect(command.fromMhz).to.equal(control.askedMhz);
      commands.push({ atMs: nowMs, fromMhz: command.fromMhz, clockMhz: command.clockMhz });
    }
    if (driver === 'applied') control.applied(wishMhz, nowMs);
    else if (driver === 'failed') control.failed(nowMs);
    else if (driver === 'restored') control.restored();
  }
  return commands;
};

describe('properties of clock control', () => {
  it('within any second no more commands than allowed, and the last place only for going faster', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 5 }), (plan, perS) => {
        const control = new ClockControl({ domain: 'd0', clocksMhz: CLOCKS_MHZ, startMhz: 1200, maxTransitionsPerS: perS, dwellMs: 0 });
        const commands = commandsOf(control, plan);
        commands.forEach((command) => {
          const inSecond = commands.filter(({ atMs }) => atMs > command.atMs - 1000 && atMs <= command.atMs);
          expect(inSecond.length).to.be.at.most(perS);
        });
        commands.forEach((command, i) => {
          const before = commands.slice(0, i).filter(({ atMs }) => command.atMs - atMs < 1000);
          if (perS > 1 && command.clockMhz < command.fromMhz) expect(before.length).to.be.below(perS - 1);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('a slow-down never comes sooner than the dwell after the last command', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 1500 }), (plan, dwellMs) => {
        const control = new ClockControl({ domain: 'd0', clocksMhz: CLOCKS_MHZ, startMhz: 1200, maxTransitionsPerS: 100, dwellMs });
        const commands = commandsOf(control, plan);
        commands.forEach((command, i) => {
          if (i > 0 && command.clockMhz < command.fromMhz) expect(command.atMs - commands[i - 1]!.atMs).to.be.at.least(dwellMs);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('every command is for a supported clock, changes it, and is in the log with what became of it', () => {
    fc.assert(
      fc.property(turns, (plan) => {
        const control = new ClockControl({ domain: 'd0', clocksMhz: CLOCKS_MHZ, startMhz: 1200, maxTransitionsPerS: 100, dwellMs: 0 });
        const commands = commandsOf(control, plan);
        for (const { clockMhz, fromMhz } of commands) {
          expect(CLOCKS_MHZ).to.include(clockMhz);
          expect(clockMhz).to.not.equal(fromMhz);
        }
        expect(control.transitions).to.equal(control.log.filter(({ appliedMhz }) => appliedMhz !== null).length);
        expect(control.log.length).to.be.at.most(commands.length);
        expect(CLOCKS_MHZ).to.include(control.askedMhz);
      }),
      { numRuns: 200 },
    );
  });
});
