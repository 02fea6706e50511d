import { expect } from 'chai';
import { extraHeight, fitted, legendRows, still } from '../../../src/page/charts/fitting.ts';

const series = (names: readonly string[]) => ({ series: names.map((name) => ({ name })), grid: { bottom: 34 }, legend: {} });

describe('fitting a chart to its width', () => {
  it('gives a wrapped legend the rows that it needs, and the picture keeps its height', () => {
    const option = series(['A max p50', 'A max p95', 'B slo p50', 'B slo p95']);
    expect(legendRows(option, 700)).to.equal(1);
    expect(legendRows(option, 300)).to.equal(2);
    const top = (widthPx: number): number => (fitted(option, widthPx)['grid'] as { top: number }).top;
    expect(top(300) - top(700))
      .to.equal(extraHeight(option, 300) - extraHeight(option, 700))
      .and.to.be.greaterThan(0);
  });

  it('counts only what the legend lists, each name once', () => {
    expect(legendRows({ ...series(['a', 'b']), legend: { data: ['a'] } }, 60)).to.equal(1);
    expect(legendRows(series(['same name', 'same name', 'same name']), 150)).to.equal(1);
  });

  it('stands the classes of a heat map below each other where they do not fit beside', () => {
    const option = {
      ...series(['J']),
      visualMap: { orient: 'horizontal', pieces: Array.from({ length: 7 }, () => ({ label: '< 0.0123' })) },
    };
    expect(fitted(option, 900)['visualMap']).to.have.property('orient', 'horizontal');
    expect(fitted(option, 300)['visualMap']).to.have.property('orient', 'vertical');
    expect(extraHeight(option, 300)).to.be.greaterThan(100);
  });

  it('leaves out on paper what only moves under a pointer', () => {
    expect(still({ tooltip: {}, dataZoom: [], grid: { top: 3, bottom: 58 } })).to.deep.equal({ grid: { top: 3, bottom: 34 } });
  });
});
