import { expect } from 'chai';
import { LIMITS, limitsOf } from '../../../../src/adapters/gateway/limits.ts';

describe('gateway: limits', () => {
  it('takes a cluster file’s seconds as milliseconds and leaves out what it does not say', () => {
    expect(limitsOf({})).to.deep.equal({});
    expect(limitsOf({ host: 'x', firstTokenTimeoutS: 1.5, retries: 0, maxInFlight: 7 })).to.deep.equal({
      firstTokenTimeoutMs: 1500,
      retries: 0,
      maxInFlight: 7,
    });
  });

  it('never lets a retry outlive the request, and closes idle connections after its clients do', () => {
    expect(LIMITS.firstTokenTimeoutMs).to.be.below(LIMITS.requestTimeoutMs);
    expect(LIMITS.headersTimeoutMs).to.be.at.most(LIMITS.receiveTimeoutMs);
    expect(LIMITS.keepAliveMs).to.be.above(60_000);
  });
});
