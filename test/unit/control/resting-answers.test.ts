import { expect } from 'chai';
import { FleetControl } from '../../../src/control/fleet-control.ts';
import type { Governor } from '../../../src/governing/governor.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';

const REST_MS = 150;

/** A governor that counts how often it is asked, and a fleet of one pair under it. */
function counted(over: Partial<Governor> = { restMs: REST_MS }) {
  const asked = { prefill: 0, decode: 0 };
  let clockMhz = 1410;
  const governor: Governor = {
    id: 'counting',
    ...over,
    decide: ({ load }) => {
      asked[load.phase]++;
      return { clockMhz, reason: 'test' };
    },
  };
  const fleet = new FleetControl({
    instances: (['prefill', 'decode'] as const).map((role) => ({
      id: role,
      role,
      gpuCount: 1,
      supportedMhz: [1005, 1410],
      startMhz: 1410,
      predictor: predictorOf(role === 'prefill' ? 'p0' : 'd0'),
    })),
    slo: { ttftMs: 1000, itlMs: 50 },
    governor,
    routing: createRouting('least-requests'),
    maxTransitionsPerS: 4,
    dwellMs: 400,
  });
  const send = (id: string, nowMs: number): void => {
    fleet.arrive({ id, arrivalMs: nowMs, promptTokens: 500 }, nowMs);
    expect(fleet.dispatch(nowMs)).to.have.length(1);
  };
  return { fleet, asked, send, want: (mhz: number) => void (clockMhz = mhz) };
}

describe('a governor whose answers serve for a while', () => {
  it('is not asked again while nothing is new, and then it is', () => {
    const { fleet, asked } = counted();
    for (const atMs of [0, 50, 100, REST_MS - 1]) fleet.evaluate('decode', atMs);
    expect(asked.decode).to.equal(1);
    fleet.evaluate('decode', REST_MS);
    expect(asked.decode).to.equal(2);
  });

  it('is asked each time where it says nothing of that', () => {
    const { fleet, asked } = counted({});
    for (const atMs of [0, 0, 50]) fleet.evaluate('decode', atMs);
    expect(asked.decode).to.equal(3);
  });

  it('is asked at once about an instance that a request is sent to, and about the end of a prefill', () => {
    const { fleet, asked, send } = counted();
    const evaluate = (atMs: number): void => ['prefill', 'decode'].forEach((domain) => fleet.evaluate(domain, atMs));
    evaluate(0);
    send('a', 10);
    evaluate(10);
    evaluate(11);
    expect(asked).to.deep.equal({ prefill: 2, decode: 2 });
    fleet.tracker.prefillDone('a', 60);
    evaluate(60);
    expect(asked).to.deep.equal({ prefill: 3, decode: 2 });
  });

  it('has an answer carried out that had to wait, without being asked again', () => {
    const { fleet, asked, want } = counted();
    want(1005);
    fleet.evaluate('decode', 0);
    fleet.control('decode').failed(0);
    expect(fleet.evaluate('decode', 100), 'too soon for a slow-down').to.equal(null);
    expect(fleet.evaluate('decode', 420)).to.include({ clockMhz: 1005 });
    expect(asked.decode).to.equal(2);
  });

  it('is asked again as soon as another clock is in force', () => {
    const { fleet, asked, want } = counted();
    want(1005);
    fleet.evaluate('decode', 0);
    fleet.control('decode').applied(1005, 20);
    fleet.evaluate('decode', 30);
    expect(asked.decode).to.equal(2);
  });
});
