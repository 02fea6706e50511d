import { expect } from 'chai';
import { reportPage } from '../../../../src/reporting/report/page.ts';
import { reportPanels } from '../../../../src/reporting/report/panels.ts';
import type { ReportModel } from '../../../../src/reporting/report/model.ts';
import { compareRuns } from '../../../../src/telemetry/compare.ts';
import { reportModelOf } from '../../../fixtures/report-models.ts';
import { baselineRun, candidateRun, header } from '../../../fixtures/run-records.ts';

const EVIL = `</script><script>alert('x')</script>"'><img src=x onerror=alert(1)>`;

const pageOf = (model: ReportModel, assets = { script: 'run();', style: 'p{}' }): string => {
  const panels = reportPanels(model);
  return reportPage(
    model,
    panels,
    panels.map(({ id }) => `<svg data-of="${id}"></svg>`),
    assets,
  );
};

describe('a report page', () => {
  it('tells saving, baseline, promises and origin in one sentence', () => {
    const [sentence] = /<p class="verdict">[^<]*<\/p>/.exec(pageOf(reportModelOf()))!;
    for (const word of [
      'less GPU energy per output token',
      'than the baseline max + round-robin',
      'kWh',
      'both latency promises',
      'emulated',
    ])
      expect(sentence).to.contain(word);
  });

  it('says first that a comparison is not fair, and in the sentence', () => {
    const model = reportModelOf();
    const [a, b] = [baselineRun(), candidateRun()];
    const unfair = compareRuns(a, { ...b, requests: { ...b.requests, completed: 10 }, outputTokens: 400 }, header);
    const page = pageOf({ ...model, comparisons: [unfair] });
    expect(unfair.verdict).to.equal('invalid');
    expect(page).to.contain('NOT a fair comparison');
    expect(page.indexOf('Read this first')).to.be.greaterThan(0).and.lessThan(page.indexOf('class="verdict"'));
  });

  it('says first that a run does not count', () => {
    const record = { ...baselineRun(), validity: { verdict: 'invalid' as const, reasons: ['the clocks were not held'] } };
    const page = pageOf(reportModelOf({ runs: [{ name: 'one', record }], comparisons: [], tunings: [] }));
    expect(page).to.contain('one is invalid: the clocks were not held').and.contain('This run does NOT count');
    expect(page).to.contain('no baseline was given');
  });

  it('lets no text become more than text', () => {
    const record = {
      ...baselineRun(),
      argv: ['bench', EVIL],
      config: { ...baselineRun().config, governor: EVIL, model: EVIL, workload: EVIL },
    };
    const runs = [
      { name: EVIL, record },
      { name: `${EVIL}2`, record },
    ];
    const page = pageOf(reportModelOf({ title: EVIL, runs, notes: [EVIL], argv: [EVIL] }));
    expect(page.match(/<script/g)).to.have.length(2);
    expect(page.match(/<\/script/g)).to.have.length(2);
    expect(page).not.to.contain('<img');
    expect(page).to.contain('&lt;/script&gt;');
  });

  it('gives the script its panels whole', () => {
    const model = reportModelOf({ runs: reportModelOf().runs.map((run) => ({ ...run, name: EVIL })) });
    const [, json] = /<script type="application\/json" id="panels">(.*?)<\/script>/s.exec(pageOf(model))!;
    expect((JSON.parse(json!) as { option: unknown }[]).map(({ option }) => option)).to.deep.equal(
      reportPanels(model).map(({ option }) => option),
    );
  });

  it('is not ended by its own script or style', () => {
    const page = pageOf(reportModelOf(), { script: 'a("</script>");', style: 'b{content:"</style>"}' });
    expect(page.match(/<\/script>/g)).to.have.length(2);
    expect(page.match(/<\/style>/g)).to.have.length(1);
  });

  it('holds the drawing, the figures and the words of every panel', () => {
    const page = pageOf(reportModelOf());
    for (const { id, title } of reportPanels(reportModelOf())) {
      expect(page).to.contain(`<svg data-of="${id}">`);
      expect(page).to.contain(`<summary>Figures of: ${title}</summary>`);
    }
  });

  it('tells of a search by itself', () => {
    const page = pageOf(reportModelOf({ runs: [], comparisons: [], energyMaps: [] }));
    expect(page).to.contain('The search recommends').and.contain('nothing was measured on a GPU');
    expect(page).not.to.contain('<h2 id="h-time">');
  });

  it('knows no energy where there was no meter', () => {
    const record = { ...baselineRun(), energyJ: null, joulesPerOutputToken: null };
    const page = pageOf(reportModelOf({ runs: [{ name: 'one', record }], comparisons: [], tunings: [], energyMaps: [] }));
    expect(page).to.contain('without a power meter').and.contain('No energy: there was no power meter.');
    expect(page).not.to.match(/\b0 kWh|NaN|undefined|null kWh/);
  });
});
