import { expect } from 'chai';
import { ClockControl, type ClockControlOptions } from '../../../src/control/clock-control.ts';

const controlOf = (over: Partial<ClockControlOptions> = {}): ClockControl =>
  new ClockControl({ domain: 'd0', clocksMhz: [600, 900, 1200], startMhz: 1200, maxTransitionsPerS: 4, dwellMs: 400, ...over });
const wish = (clockMhz: number, reason = 'because') => ({ clockMhz, reason });

/** Proposes, and lets the driver perform at once. */
const perform = (control: ClockControl, clockMhz: number, nowMs: number): boolean => {
  const command = control.propose(wish(clockMhz), nowMs);
  if (command) control.applied(command.clockMhz, nowMs);
  return command !== null;
};

describe('clock control', () => {
  it('turns a wish into a command for the nearest supported clock that is not slower', () => {
    expect(controlOf().propose(wish(601), 0)).to.deep.equal({ domain: 'd0', fromMhz: 1200, clockMhz: 900, reason: 'because' });
  });

  it('never leaves its bounds, whatever is wished', () => {
    const control = controlOf({ clocksMhz: [600, 900], startMhz: 1200 });
    expect(control.propose(wish(1200), 0)).to.include({ clockMhz: 900 });
    control.applied(900, 10);
    expect(control.propose(wish(5000), 5000)).to.equal(null);
    expect(control.propose(wish(1), 5000)).to.include({ clockMhz: 600 });
  });

  it('says which clock is steady: none from a proposal until the new clock has settled', () => {
    const control = controlOf();
    expect(control.steadyMhz(0, 150)).to.equal(1200);
    control.propose(wish(600), 1000);
    expect(control.steadyMhz(1000, 150)).to.equal(null);
    control.applied(600, 1005);
    expect([1005, 1154, 1155].map((nowMs) => control.steadyMhz(nowMs, 150))).to.deep.equal([null, null, 600]);
    control.propose(wish(1200), 2000);
    control.failed(2010);
    expect(
      [2100, 2160].map((nowMs) => control.steadyMhz(nowMs, 150)),
      'a refused lock',
    ).to.deep.equal([null, 600]);
  });

  it('proposes nothing when nothing changes', () => {
    expect(controlOf().propose(wish(1200), 0)).to.equal(null);
    expect(controlOf().propose(wish(1190), 0)).to.equal(null);
  });

  it('has one command on its way at a time', () => {
    const control = controlOf();
    control.propose(wish(600), 0);
    expect(control.busy).to.equal(true);
    expect(control.propose(wish(900), 2000)).to.equal(null);
    control.applied(600, 2001);
    expect(control.busy).to.equal(false);
    expect(control.propose(wish(900), 2001)).to.include({ fromMhz: 600, clockMhz: 900 });
  });

  it('asks for a clock only once the driver has performed it', () => {
    const control = controlOf();
    control.propose(wish(600), 0);
    expect([control.askedMhz, control.appliedMhz, control.transitions]).to.deep.equal([1200, null, 0]);
    control.applied(615, 20);
    expect([control.askedMhz, control.appliedMhz, control.transitions]).to.deep.equal([600, 615, 1]);
    expect(control.log).to.deep.equal([{ domain: 'd0', atMs: 20, fromMhz: 1200, requestedMhz: 600, appliedMhz: 615, reason: 'because' }]);
    expect(control.lastReason).to.equal('because');
  });

  it('keeps the old clock when the driver refuses, writes it down and may try again', () => {
    const control = controlOf();
    perform(control, 900, 0);
    control.propose(wish(600), 1000);
    control.failed(1010);
    expect([control.askedMhz, control.appliedMhz, control.transitions, control.busy]).to.deep.equal([900, 900, 1, false]);
    expect(control.log.at(-1)).to.include({ requestedMhz: 600, appliedMhz: null });
    expect(control.propose(wish(600), 3000)).to.include({ fromMhz: 900, clockMhz: 600 });
  });

  it('slows down only after the dwell, and speeds up at once', () => {
    const control = controlOf();
    expect(perform(control, 900, 0)).to.equal(true);
    expect(perform(control, 600, 399)).to.equal(false);
    expect(perform(control, 600, 400)).to.equal(true);
    expect(perform(control, 1200, 401)).to.equal(true);
  });

  it('counts a failed command in the rate limit: a refusing driver is not hammered', () => {
    const control = controlOf({ maxTransitionsPerS: 2, dwellMs: 0 });
    control.propose(wish(600), 0);
    control.failed(1);
    expect(control.propose(wish(600), 2)).to.equal(null);
    expect(control.propose(wish(600), 1000)).to.not.equal(null);
  });

  it('ignores answers that nobody waits for', () => {
    const control = controlOf();
    control.applied(600, 0);
    control.failed(0);
    expect([control.askedMhz, control.transitions, control.log.length]).to.deep.equal([1200, 0, 0]);
  });

  it('shows a later reading without taking it for its own doing', () => {
    const control = controlOf();
    perform(control, 900, 0);
    control.observed(870);
    expect([control.askedMhz, control.appliedMhz, control.transitions]).to.deep.equal([900, 870, 1]);
  });

  it('starts from the default clock when somebody gave the clock back, and forgets the command on its way', () => {
    const control = controlOf();
    perform(control, 600, 0);
    control.propose(wish(900), 1000);
    control.restored();
    expect([control.askedMhz, control.appliedMhz, control.busy]).to.deep.equal([1200, 1200, false]);
    control.applied(900, 1010);
    expect(control.askedMhz).to.equal(1200);
    expect(control.propose(wish(600), 3000)).to.include({ fromMhz: 1200, clockMhz: 600 });
  });
});
