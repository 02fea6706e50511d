import { expect } from 'chai';
import { fullCells, minutes, ms, short, sparkline } from '../../../src/tui/text.ts';

describe('screen text', () => {
  it('writes minutes', () => expect([0, 59.9, 60, 3725, -1].map(minutes)).to.deep.equal(['0:00', '0:59', '1:00', '62:05', '0:00']));
  it('fills bars, also for nothing and for too much', () =>
    expect([fullCells(0, 160, 20), fullCells(70, 160, 20), fullCells(200, 160, 20), fullCells(0, 0, 20)]).to.deep.equal([0, 9, 20, 0]));
  it('draws curves from zero', () => expect(sparkline([0, 50, 100, 120], 100)).to.equal('▁▅██'));
  it('a curve of zeros has no top', () => expect(sparkline([0, 0], 0)).to.equal('▁▁'));
  it('shortens what no cell holds', () =>
    expect([9999, 10_000, 123_456, 2_345_678].map(short)).to.deep.equal(['9999', '10.0k', '123k', '2.3M']));
  it('writes milliseconds', () => expect([3.14159, 99.94, 512.4].map(ms)).to.deep.equal(['3.1', '99.9', '512']));
});
