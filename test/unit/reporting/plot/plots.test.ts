import { expect } from 'chai';
import fc from 'fast-check';
import type { Figure } from '../../../../src/reporting/plot/figure.ts';
import { scaleOf } from '../../../../src/reporting/plot/scale.ts';
import { svgPlot } from '../../../../src/reporting/plot/svg.ts';
import { terminalPlot } from '../../../../src/reporting/plot/terminal.ts';

const FIGURE: Figure = {
  title: 'Energy per token against clock: decode, d0',
  xLabel: 'SM clock (MHz)',
  yLabel: 'energy per token (J)',
  series: [
    {
      name: '100 tokens/s',
      points: [
        [690, 4],
        [1005, 2],
        [1410, 3],
      ],
      mark: { at: [1005, 2], text: 'least at 1005 MHz' },
    },
    {
      name: '900 tokens/s',
      points: [
        [690, 2],
        [1410, 1],
      ],
      mark: { at: [1410, 1], text: 'least at 1410 MHz' },
    },
  ],
  dots: [],
  verticals: [],
  note: 'emulated: llama on a100',
};

const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const figures = fc.record({
  title: fc.string(),
  xLabel: fc.string(),
  yLabel: fc.string(),
  series: fc.array(
    fc.record({
      name: fc.string(),
      points: fc.array(fc.tuple(number, number), { maxLength: 8 }),
      mark: fc.option(fc.record({ at: fc.tuple(number, number), text: fc.string() })),
    }),
    { maxLength: 6 },
  ),
  dots: fc.array(fc.tuple(number, number), { maxLength: 4 }),
  verticals: fc.array(number, { maxLength: 4 }),
  note: fc.string(),
});

describe('a plot in the terminal', () => {
  const lines = terminalPlot(FIGURE, 80).split('\n');

  it('is 80 columns wide, without escape codes', () => {
    expect(Math.max(...lines.map((line) => [...line].length))).to.be.within(78, 80);
    expect(lines.join('\n')).to.not.match(/\u001b/);
  });

  it('marks the minimum of each line where it lies, and says it', () => {
    const rowOf = (sign: string) => lines.findIndex((line) => new RegExp(`[┤│].*${sign}`).test(line));
    expect(rowOf('1')).to.be.above(1);
    // 1 J lies below 2 J, and at the right edge.
    expect(rowOf('2')).to.be.above(rowOf('1'));
    expect(lines[rowOf('2')]!.endsWith('2')).to.equal(true);
    expect(lines).to.include('  1 100 tokens/s: least at 1005 MHz').and.include('  2 900 tokens/s: least at 1410 MHz');
  });

  it('names both axes with their units, and what it rests on', () => {
    expect(lines.join('\n'))
      .to.match(/energy per token \(J\)/)
      .and.match(/SM clock \(MHz\)/)
      .and.match(/emulated: llama/);
    expect(
      lines.find((line) => /^ +800 +1000 +1200 +1400$/.test(line)),
      lines.join('\n'),
    ).to.not.equal(undefined);
  });

  it('shows steps as verticals and measurements as circles', () => {
    const text = terminalPlot({ ...FIGURE, verticals: [1200], dots: [[800, 1.5]] }, 80);
    expect(text.split('┊').length).to.be.above(10);
    expect(text.split('∘')).to.have.length(2);
  });

  it('survives whatever the figures are: one point, none, huge, equal', () => {
    fc.assert(
      fc.property(figures, fc.integer({ min: 1, max: 200 }), (figure, width) => terminalPlot(figure, width).length > 0),
      { numRuns: 200 },
    );
  });
});

describe('a plot as SVG', () => {
  const svg = svgPlot([FIGURE, { ...FIGURE, title: 'a < b & "c"' }]);

  it('has a line and a ring for each series, axis labels with units, and what it rests on', () => {
    expect(svg.match(/<polyline /g)).to.have.length(4);
    expect(svg.match(/<circle /g)).to.have.length(4);
    expect(svg)
      .to.match(/SM clock \(MHz\)/)
      .and.match(/energy per token \(J\)/)
      .and.match(/emulated: llama/);
  });

  it('escapes what XML would take for markup', () => {
    expect(svg).to.match(/a &#60; b &#38; &#34;c&#34;/);
  });

  it('places the minimum on its line', () => {
    const ring = /<circle cx="([\d.]+)" cy="([\d.]+)"/.exec(svg)!;
    expect(svg).to.include(`${ring[1]},${ring[2]}`);
  });

  it('survives whatever the figures are, and stays one well-formed element', () => {
    fc.assert(
      fc.property(fc.array(figures, { maxLength: 3 }), (some) => {
        const text = svgPlot(some);
        expect(text).to.not.match(/NaN|Infinity(?![^<]*<\/text>)/);
        expect(text.match(/<g /g)?.length ?? 0).to.equal(some.length);
        expect(text.replace(/<[^<>]*>/g, '')).to.not.match(/[<>]/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an axis', () => {
  it('has ticks at 1, 2 or 5 times a power of ten, all within, and not many more than wished', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 2, max: 12 }),
        fc.boolean(),
        (values, most, rounded) => {
          const { ticks, low, high, at } = scaleOf(values, { most, rounded });
          expect(ticks.length).to.be.at.most(most + 3);
          for (const tick of ticks) expect(at(tick)).to.be.within(-1e-6, 1 + 1e-6);
          for (const value of values) expect(at(value), `${value} in ${low}..${high}`).to.be.within(-1e-6, 1 + 1e-6);
        },
      ),
    );
  });

  it('tells its ticks apart', () => {
    const { ticks, label } = scaleOf([0.071, 0.0734], { most: 5, rounded: true });
    expect(new Set(ticks.map(label)).size).to.equal(ticks.length);
  });
});
