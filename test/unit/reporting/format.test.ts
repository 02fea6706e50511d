import { expect } from 'chai';
import { clip, number, percent, signed, significant, wrap } from '../../../src/reporting/format.ts';

describe('format', () => {
  it('says when a number is missing, and never -0', () => {
    expect([number(null, 1, 'J'), signed(null, 1), percent(null)]).to.deep.equal(['n/a', 'n/a', 'n/a']);
    expect([number(-0.04, 1), signed(-0.04, 1, 'ms'), signed(0.04, 1, 'ms')]).to.deep.equal(['0.0', '0.0 ms', '0.0 ms']);
  });

  it('puts signs and units', () => {
    expect([signed(1.25, 1, '%'), signed(-3, 0), percent(0.987)]).to.deep.equal(['+1.3 %', '-3', '98.7 %']);
  });

  it('counts the digits that matter, and writes large numbers as people do', () => {
    expect([significant(0.01234, 3), significant(1.2, 3), significant(1344, 3), significant(2e-9, 1)]).to.deep.equal([
      '0.0123',
      '1.20',
      '1340',
      '2e-9',
    ]);
  });

  it('clips with an ellipsis and wraps at words', () => {
    expect([clip('abcdef', 6), clip('abcdef', 4)]).to.deep.equal(['abcdef', 'abc…']);
    expect(wrap('one two three', 7)).to.deep.equal(['one two', 'three']);
    expect(wrap('incomprehensible', 5)).to.deep.equal(['incomprehensible']);
  });
});
