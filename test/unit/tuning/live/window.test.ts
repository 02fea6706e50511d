import { expect } from 'chai';
import { SecondsWindows } from '../../../../src/tuning/live/window.ts';

const plain = ({ requests, misses }: { requests: number; misses: number }): [number, number] => [requests, misses];

describe('windows over seconds', () => {
  it('count what lies within, each its own stretch', () => {
    const windows = new SecondsWindows([
      { windowS: 2, mostS: 2, enough: 0 },
      { windowS: 5, mostS: 5, enough: 0 },
    ]);
    for (let second = 0; second < 10; second++) {
      windows.advance(second * 1000 + 10);
      windows.add(10, second);
    }
    expect(plain(windows.count(0))).to.deep.equal([20, 8 + 9]);
    expect(plain(windows.count(1))).to.deep.equal([50, 5 + 6 + 7 + 8 + 9]);
  });

  it('reach further back while they hold too few, up to their bound', () => {
    const windows = new SecondsWindows([{ windowS: 2, mostS: 11, enough: 3 }]);
    windows.advance(0);
    windows.add(1, 1);
    windows.advance(1000);
    windows.add(1, 0);
    windows.advance(8000);
    windows.add(1, 0);
    expect(plain(windows.count(0)), 'three are enough, and all three needed').to.deep.equal([3, 1]);
    windows.add(1, 0);
    windows.advance(9000);
    expect(plain(windows.count(0)), 'a fourth lets the first go').to.deep.equal([3, 0]);
    windows.advance(12_000);
    expect(plain(windows.count(0)), 'the second is too old').to.deep.equal([2, 0]);
  });

  it('never run backwards, and forget all over a long silence', () => {
    const windows = new SecondsWindows([{ windowS: 60, mostS: 3600, enough: 100 }]);
    windows.advance(5000);
    windows.add(1, 1);
    windows.advance(1000);
    windows.add(1, 1);
    expect(plain(windows.count(0))).to.deep.equal([2, 2]);
    windows.advance(3600_000 + 4000);
    expect(plain(windows.count(0))).to.deep.equal([2, 2]);
    windows.advance(1e12);
    expect(plain(windows.count(0))).to.deep.equal([0, 0]);
    windows.add(3, 1);
    windows.clear();
    expect(plain(windows.count(0))).to.deep.equal([0, 0]);
  });

  it('keep their sums exact over hours', () => {
    const windows = new SecondsWindows([{ windowS: 60, mostS: 3600, enough: 0 }]);
    for (let second = 0; second < 20_000; second += 7) {
      windows.advance(second * 1000);
      windows.add(2, 1);
    }
    expect(plain(windows.count(0))).to.deep.equal([18, 9]);
  });
});
