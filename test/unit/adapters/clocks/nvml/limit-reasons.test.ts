import { expect } from 'chai';
import fc from 'fast-check';
import { limitReasons } from '../../../../../src/adapters/clocks/nvml/reading.ts';

describe('NVML event reasons in words', () => {
  for (const [bits, reasons] of [
    [0x0n, []],
    [0x1n, []],
    [0x2n, []],
    [0x4n, ['power']],
    [0x80n, ['power']],
    [0x84n, ['power']],
    [0x20n, ['thermal']],
    [0x40n, ['thermal']],
    [0x48n, ['thermal']],
    [0x88n, ['power']],
    [0x8n, ['hardware']],
    [0x10n, ['sync']],
    [0x100n, ['other']],
    [2n ** 40n, ['other']],
    [0x27n, ['power', 'thermal']],
  ] as const) {
    it(`0x${bits.toString(16)} is ${reasons.length === 0 ? 'no limit' : reasons.join(' and ')}`, () => {
      expect(limitReasons(bits)).to.deep.equal(reasons);
    });
  }

  it('idleness and set clocks never count; every other bit is told, once', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (bits) => {
        const reasons = limitReasons(bits);
        expect(limitReasons(bits | 3n)).to.deep.equal(reasons);
        expect(reasons.length > 0).to.equal((bits & ~3n) !== 0n);
        expect(new Set(reasons).size).to.equal(reasons.length);
      }),
    );
  });
});
