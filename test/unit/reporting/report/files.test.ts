import { expect } from 'chai';
import { reportCsv, reportLines, reportXml } from '../../../../src/reporting/report/files.ts';
import type { ReportModel } from '../../../../src/reporting/report/model.ts';
import { stackSvg } from '../../../../src/reporting/report/stack-svg.ts';
import { baselineRun, candidateRun, comparison } from '../../../fixtures/run-records.ts';

const [a, b] = [baselineRun(), candidateRun()];
const model: ReportModel = {
  title: 'title',
  createdAt: a.createdAt,
  voltana: '0',
  argv: [],
  runs: [
    { name: 'before', record: a },
    { name: 'after', record: b },
    { name: 'later', record: b },
  ],
  comparisons: [comparison(a, b), comparison(a, b)],
  tunings: [],
  energyMaps: [],
  notes: [],
};

describe("a report's files", () => {
  it('have a row for each run under its name', () => {
    const rows = reportCsv(model).trimEnd().split('\r\n');
    expect(rows.slice(1).map((row) => row.split(',')[0])).to.deep.equal(['before', 'after', 'later']);
  });

  it('have a suite for each comparison', () => expect(reportXml(model).match(/<testsuite /g)).to.have.length(2));

  it('say which run each verdict is of', () =>
    expect(reportLines(model).map((line) => line.split(':')[0])).to.deep.equal(['after against before', 'later against before']));
});

describe('stackSvg', () => {
  it('is as wide as the widest and holds all, none over another', () => {
    const svg = (width: number, height: number): string =>
      `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"></svg>`;
    const stacked = stackSvg([svg(100, 50), svg(300, 70)]);
    expect(stacked).to.match(/^<svg [^>]*width="300" height="144"/);
    expect([...stacked.matchAll(/<svg y="(\d+)"/g)].map((hit) => Number(hit[1]))).to.deep.equal([0, 74]);
    expect(stacked).not.to.include('<?xml');
  });
});
