import { expect } from 'chai';
import type { RequestTelemetry, TelemetryListener } from '../../../src/ports/telemetry-listener.ts';
import { bothListeners } from '../../../src/telemetry/all-listeners.ts';

const recorder = (said: unknown[]): TelemetryListener => {
  const request = new Proxy({} as RequestTelemetry, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        void said.push([name, ...args]),
  });
  return { arrived: (arrived) => (said.push(['arrived', arrived]), request), rejected: (status) => void said.push(['rejected', status]) };
};

describe('both listeners', () => {
  it('each hears everything, in order and whole', () => {
    const [one, other]: [unknown[], unknown[]] = [[], []];
    const both = bothListeners(recorder(one), recorder(other));
    const arrived = { id: 'a', model: 'm', tenant: 't', arrivalMs: 1, promptTokens: 2, estimated: true };
    both.rejected(429);
    const request = both.arrived(arrived);
    request.routed('p', 'd', 3);
    request.prefillDone(4);
    request.tokens(5, 6);
    request.ended('completed', 7, { promptTokens: 8, outputTokens: 5 });
    expect(one).to.deep.equal([
      ['rejected', 429],
      ['arrived', arrived],
      ['routed', 'p', 'd', 3],
      ['prefillDone', 4],
      ['tokens', 5, 6],
      ['ended', 'completed', 7, { promptTokens: 8, outputTokens: 5 }],
    ]);
    expect(other).to.deep.equal(one);
  });
});
