import { expect } from 'chai';
import { takesColor } from '../../../../src/adapters/host/terminal.ts';

describe('takesColor', () => {
  it('on a terminal only, whatever is set', () => {
    expect(takesColor(true, {})).to.equal(true);
    expect(takesColor(false, { FORCE_COLOR: '1', COLORTERM: 'truecolor' })).to.equal(false);
  });

  it('NO_COLOR with any value but the empty one, and a dumb terminal, say no', () => {
    expect(takesColor(true, { NO_COLOR: '0' })).to.equal(false);
    expect(takesColor(true, { NO_COLOR: '' })).to.equal(true);
    expect(takesColor(true, { TERM: 'dumb' })).to.equal(false);
  });
});
