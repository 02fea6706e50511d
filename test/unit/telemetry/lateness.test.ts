import { expect } from 'chai';
import { clientTooSlow, latenessOf } from '../../../src/telemetry/lateness.ts';
import { completed } from '../../fixtures/outcomes.ts';

describe('lateness', () => {
  it('counts what was sent more than 25 ms after its time, and never less than 0', () => {
    const sent = [-1, 0, 25, 25.5, 40].map((lateMs) => completed({ intendedMs: 100, sentMs: 100 + lateMs }));
    expect(latenessOf(sent)).to.deep.include({ p50Ms: 25, maxMs: 40, late: 2 });
  });

  it('is too much above one percent, and from five requests on', () => {
    const lateness = (late: number) => ({ p50Ms: 0, p99Ms: 0, maxMs: 0, late });
    expect(clientTooSlow(lateness(4), 100)).to.equal(null);
    expect(clientTooSlow(lateness(5), 100)).to.match(/5 of 100 requests/);
    expect(clientTooSlow(lateness(10), 1000)).to.equal(null);
    expect(clientTooSlow(lateness(11), 1000)).to.be.a('string');
  });
});
