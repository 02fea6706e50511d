import { expect } from 'chai';
import { takesColor, takesScreen } from '../../../../src/adapters/host/terminal.ts';

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

describe('takesScreen', () => {
  it('on a terminal with a cursor to move', () => {
    expect(takesScreen(true, { TERM: 'xterm' })).to.equal(true);
    expect(takesScreen(false, { TERM: 'xterm' })).to.equal(false);
    expect(takesScreen(true, { TERM: 'dumb' })).to.equal(false);
  });

  it('not where nobody looks: CI, unless it says no', () => {
    expect(takesScreen(true, { CI: 'true' })).to.equal(false);
    expect(takesScreen(true, { CONTINUOUS_INTEGRATION: '1' })).to.equal(false);
    for (const CI of ['', '0', 'false']) expect(takesScreen(true, { CI })).to.equal(true);
  });

  it('a screen reader gets lines', () => {
    expect(takesScreen(true, { INK_SCREEN_READER: 'true' })).to.equal(false);
    expect(takesScreen(true, { INK_SCREEN_READER: 'false' })).to.equal(true);
  });

  it('NO_COLOR is about colours only', () => expect(takesScreen(true, { NO_COLOR: '1' })).to.equal(true));
});
