import { expect } from 'chai';
import fc from 'fast-check';
import { HealthBook } from '../../../src/control/health-book.ts';

const TUNABLES = { failures: 3, restMs: 1000, longestRestMs: 5000, probeMs: 400 };
const book = (): HealthBook => new HealthBook(TUNABLES);
const breakIt = (health: HealthBook, nowMs: number): void => {
  for (let i = 0; i < 3; i++) health.failed('d0', nowMs);
};

describe('a health book', () => {
  it('forgives failures that a success interrupts', () => {
    const health = book();
    health.failed('d0', 0);
    health.failed('d0', 1);
    health.succeeded('d0');
    health.failed('d0', 2);
    health.failed('d0', 3);
    expect(health.state('d0', 4)).to.equal('up');
    health.failed('d0', 5);
    expect(health.state('d0', 6)).to.equal('down');
    expect(health.state('d1', 6)).to.equal('up');
  });

  it('lets one request at a time through after its rest, and closes with the first that succeeds', () => {
    const health = book();
    breakIt(health, 0);
    expect(health.usable('d0', 999)).to.equal(false);
    expect(health.nextProbeMs(['d0', 'd1'])).to.equal(1000);
    expect(health.state('d0', 1000)).to.equal('probing');
    health.sent('d0', 1000);
    expect(health.usable('d0', 1001), 'one is on its way').to.equal(false);
    expect(health.usable('d0', 1400), 'that one is lost').to.equal(true);
    health.succeeded('d0');
    expect(health.state('d0', 1401)).to.equal('up');
    expect(health.allUp).to.equal(true);
  });

  it('rests longer after each probe that fails, to a limit', () => {
    const health = book();
    breakIt(health, 0);
    const rests: number[] = [];
    let nowMs = 1000;
    for (let i = 0; i < 5; i++) {
      health.failed('d0', nowMs);
      const probeMs = health.nextProbeMs(['d0']);
      rests.push(probeMs - nowMs);
      nowMs = probeMs;
    }
    expect(rests).to.deep.equal([2000, 4000, 5000, 5000, 5000]);
  });

  it('takes an engine out that says it is not healthy, until it says otherwise and a request succeeds', () => {
    const health = book();
    health.told('d0', false, 0);
    health.succeeded('d0');
    expect(health.state('d0', 1e9), 'whatever still runs there succeeds, it wants nothing new').to.equal('down');
    expect(health.nextProbeMs(['d0'])).to.equal(Infinity);
    health.told('d0', true, 50);
    expect(health.state('d0', 50)).to.equal('probing');
    health.succeeded('d0');
    expect(health.state('d0', 51)).to.equal('up');
    health.told('d0', true, 52);
    expect(health.allUp, 'good news of the healthy is no news').to.equal(true);
  });

  it('whatever happened, an engine that answers comes back', () => {
    const event = fc.constantFrom('failed', 'stalled', 'ok', 'sent', 'sick', 'well');
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(3000)), { maxLength: 40 }), (events) => {
        const health = book();
        let nowMs = 0;
        for (const [what, afterMs] of events) {
          nowMs += afterMs;
          if (what === 'failed' || what === 'stalled') health.failed('d0', nowMs, what === 'stalled');
          if (what === 'ok') health.succeeded('d0');
          if (what === 'sent') health.sent('d0', nowMs);
          if (what === 'sick' || what === 'well') health.told('d0', what === 'well', nowMs);
        }
        health.told('d0', true, nowMs);
        nowMs += TUNABLES.longestRestMs;
        expect(health.usable('d0', nowMs)).to.equal(true);
        health.sent('d0', nowMs);
        health.succeeded('d0');
        expect(health.state('d0', nowMs)).to.equal('up');
      }),
    );
  });
});
