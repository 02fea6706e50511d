import { expect } from 'chai';
import { quantile } from '../../../src/statistics/quantile.ts';
import { measureSizes, type Size } from '../../fixtures/sizes.ts';

interface Row {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
  readonly longest: Size;
}

/** What we aim at, and what the best of this field have. */
const AIMS = { files: { median: 70, p95: 200, longest: 300 }, functions: { median: 10, p95: 35, longest: 60 }, commands: { longest: 100 } };
const ANCHORS = [
  ['execa: files', '', 54, 181, 243],
  ['execa: functions', '', 7, 28, ''],
  ['Shopify CLI: commands', '', 57, '', ''],
  ['aim: files', '', '<= 70', '<= 200', '<= 300'],
  ['aim: functions', '', '<= 10', '<= 35', '<= 60'],
  ['aim: commands', '', '', '', '<= 100'],
] as const;

const summarize = (sizes: readonly Size[]): Row => {
  const lines = sizes.map((size) => size.lines);
  const longest = sizes.reduce((a, b) => (b.lines > a.lines ? b : a));
  return { count: sizes.length, median: quantile(lines, 0.5)!, p95: quantile(lines, 0.95)!, longest };
};

const line = (cells: readonly (string | number)[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(24) : String(cell).padStart(9))).join('');

const table = (rows: Readonly<Record<string, Row>>): string => {
  const own = Object.entries(rows).map(([name, { count, median, p95, longest }]) => {
    return `${line([`voltana: ${name}`, count, Math.round(median), Math.round(p95), longest.lines])}  ${longest.what}`;
  });
  return [line(['lines', 'count', 'median', 'p95', 'longest']), ...own, ...ANCHORS.map(line)].map((text) => `      ${text}\n`).join('');
};

describe('sizes', function () {
  this.timeout(20_000);
  let rows: Record<keyof typeof AIMS, Row>;
  before(() => {
    const { files, functions, commands } = measureSizes();
    rows = { files: summarize(files), functions: summarize(functions), commands: summarize(commands) };
    process.stdout.write(table(rows));
  });

  it('counts what there is', () => {
    expect(rows.files.count).to.be.greaterThan(200);
    expect(rows.functions.count).to.be.greaterThan(800);
    expect(rows.commands.count).to.be.greaterThan(3);
  });

  for (const kind of ['files', 'functions'] as const) {
    it(`${kind}: median, p95 and longest are within the aims`, () => {
      expect(rows[kind].median).to.be.at.most(AIMS[kind].median);
      expect(rows[kind].p95).to.be.at.most(AIMS[kind].p95);
      expect(rows[kind].longest.lines, rows[kind].longest.what).to.be.at.most(AIMS[kind].longest);
    });
  }

  it('a command stays thin', () => {
    expect(rows.commands.longest.lines, rows.commands.longest.what).to.be.at.most(AIMS.commands.longest);
  });
});
