import { expect } from 'chai';
import type { RunRecord } from '../../../../src/domain/run-record.ts';
import { absentPanels, reportPanels } from '../../../../src/reporting/report/panels.ts';
import { runLooks } from '../../../../src/reporting/report/run-looks.ts';
import { energyMap, reportModelOf } from '../../../fixtures/report-models.ts';
import { baselineRun } from '../../../fixtures/run-records.ts';

interface Series {
  readonly name: string;
  readonly type: string;
  readonly data: readonly unknown[];
  readonly markLine?: unknown;
}

const ALL = [
  ...['against-energy', 'against-slo', 'against-changes'],
  ...['time-power', 'time-clock-prefill', 'time-clock-decode', 'time-requests-prefill', 'time-requests-decode', 'time-ttft', 'time-gaps'],
  ...['spread-ttft', 'spread-gaps', 'clocks-prefill', 'clocks-decode'],
  ...['map-curve-0-prefill', 'map-curve-1-decode', 'map-heat-0-prefill', 'map-heat-1-decode', 'front-0'],
];

describe('panels of a report', () => {
  const panels = reportPanels(reportModelOf());
  const byId = (id: string, of = panels) => of.find((panel) => panel.id === id)!;
  const seriesOf = (id: string, of = panels) => byId(id, of).option['series'] as Series[];
  const alone = (record: RunRecord) => reportModelOf({ runs: [{ name: 'one', record }], comparisons: [], tunings: [], energyMaps: [] });

  it('shows all that a whole model tells', () => {
    expect(panels.map(({ id }) => id)).to.deep.equal(ALL);
    expect(absentPanels(reportModelOf())).to.deep.equal([]);
  });

  it('is plain JSON with words and a table for each', () => {
    for (const { id, option, description, table } of panels) {
      expect(JSON.parse(JSON.stringify(option)), id).to.deep.equal(option);
      expect(description.length, id).to.be.greaterThan(40);
      expect(table.rows.length, id).to.be.greaterThan(0);
      for (const row of table.rows) expect(row.length, id).to.equal(table.head.length);
    }
  });

  it('has all panels over time share their cursor, and no others', () => {
    for (const { id, group } of panels) expect(group, id).to.equal(id.startsWith('time-') ? 'time' : null);
  });

  it('puts the interval of each change around its mark', () => {
    const { metrics } = reportModelOf().comparisons[0]!;
    const { changePct, ci95 } = metrics.find(({ name }) => name === 'energy.per_output_token')!;
    const [intervals, marks] = seriesOf('against-changes') as [Series, Series];
    const [[low], [high]] = intervals.data as [[number], [number]];
    expect([low, high].map((value) => value.toFixed(2))).to.deep.equal(ci95!.map((value) => value.toFixed(2)));
    expect((marks.data[0] as number[])[0]).to.be.closeTo(changePct!, 0.01);
  });

  it('ends each distribution at 100 % and never falls', () => {
    const shares = (seriesOf('spread-ttft')[0]!.data as [number, number][]).map(([, pct]) => pct);
    expect(shares.at(-1)).to.equal(100);
    expect(shares).to.deep.equal([...shares].sort((a, b) => a - b));
  });

  it('draws the promise where it is, and none where two runs promise differently', () => {
    const model = reportModelOf();
    const [first, second] = model.runs;
    const config = { ...second!.record.config, slo: { ttftMs: 500, itlMs: 50 } };
    const other = reportPanels({ ...model, runs: [first!, { name: 'b', record: { ...second!.record, config } }] });
    const limits = (id: string, of = panels) =>
      seriesOf(id, of).flatMap(({ markLine }) => (markLine ? [(markLine as { data: unknown[] }).data[0]] : []));
    expect(limits('time-ttft')).to.deep.equal([{ yAxis: 1000 }]);
    expect(limits('spread-gaps')).to.deep.equal([{ xAxis: 50 }]);
    expect(limits('time-ttft', other)).to.deep.equal([]);
    expect(limits('time-gaps', other)).to.deep.equal([{ yAxis: 50 }]);
  });

  it('marks on the curve the clocks at which a run stood, by the share of its time', () => {
    const [line, marks] = seriesOf('map-curve-1-decode') as [Series, Series];
    // Four running requests are seen in the series: the second row of the map.
    expect(line.data).to.deep.equal([
      [1005, 1.2],
      [1200, 1],
      [1410, 1.6],
    ]);
    expect(marks.data.map((mark) => (mark as { value: number[] }).value)).to.deep.equal([[1410, 1.6, 100]]);
  });

  it('crosses out what is slower than the promise, and leaves out what nobody can predict', () => {
    const series = seriesOf('map-heat-1-decode');
    expect(series[0]!.data.length).to.equal(8);
    expect(series.find(({ name }) => name === 'slower than the promise')!.data).to.deep.equal([[0, 2]]);
    expect(series.find(({ name }) => name === 'cheapest clock')!.data).to.deep.equal([
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    expect(byId('map-heat-1-decode').description).to.contain('not measured');
  });

  it('says for an older run without meter and clocks what is missing', () => {
    const run = baselineRun();
    const { tS, outputTokens } = run.series;
    const bare = alone({
      ...run,
      energyJ: null,
      joulesPerOutputToken: null,
      series: { tS, powerW: tS.map(() => null), outputTokens, instances: [] },
      clocks: { ...run.clocks, residency: [] },
    });
    expect(reportPanels(bare).map(({ id }) => id)).to.deep.equal(['against-slo', 'spread-ttft', 'spread-gaps']);
    const texts = absentPanels(bare).map(({ text }) => text);
    for (const start of [
      'No energy:',
      'No power',
      'No times to first token',
      'No gaps',
      'No clocks of prefill',
      'No clock residency of decode',
    ])
      expect(
        texts.filter((text) => text.startsWith(start)),
        start,
      ).to.have.length(1);
    expect(texts.at(-1)).to.contain('neither a fit nor a card');
  });

  it('shows a run of one-token answers without gaps', () => {
    const { histograms, ...run } = baselineRun();
    const one = alone({ ...run, histograms: { ...histograms, itlMs: { unit: 'ms', bounds: [], counts: [] } } });
    expect(reportPanels(one).map(({ id }) => id))
      .to.include('spread-ttft')
      .and.not.include('spread-gaps');
    expect(absentPanels(one).map(({ text }) => text)).to.include('No distribution of gaps: there is none to tell of.');
  });

  it('shows a search by itself', () => {
    const model = reportModelOf({ runs: [], comparisons: [], energyMaps: [energyMap()] });
    expect(reportPanels({ ...model, energyMaps: [] }).map(({ id }) => id)).to.deep.equal(['front-0']);
    const names = seriesOf('front-0').map(({ name, data }) => `${name} ${data.length}`);
    expect(names).to.deep.equal(['front 2', 'knee 1', 'given layout, highest clock 1', 'pick 1']);
  });

  it('draws a day of seconds with few points, its peak among them', () => {
    const run = baselineRun();
    const tS = Array.from({ length: 86_400 }, (_, i) => i);
    const powerW = tS.map((s) => (s === 40_001 ? 9999 : 300));
    const day = reportPanels(alone({ ...run, series: { tS, powerW, outputTokens: tS, instances: [] } }));
    const [{ data }] = seriesOf('time-power', day) as [Series];
    expect(data.length).to.be.lessThan(600);
    expect(data).to.deep.include([40_001, 9999]);
    expect(byId('time-power', day).table.rows.length).to.be.lessThan(70);
  });
});

describe('looks of runs', () => {
  const eight = (governor: (i: number) => string) =>
    reportModelOf({
      runs: Array.from({ length: 8 }, (_, i) => ({
        name: `run{${i}|`,
        record: baselineRun({ config: { ...baselineRun().config, governor: governor(i) } }),
      })),
    });

  it('tells eight runs apart without colour', () => {
    const looks = runLooks(eight(() => 'max'));
    for (const part of ['label', 'stroke', 'mark'] as const)
      expect(new Set(looks.map((look) => String(look[part]))).size, part).to.equal(8);
    expect(looks[0]!.label).to.equal('A run 0');
  });

  it('names runs by their governors while those differ', () => {
    expect(runLooks(eight((i) => `g${i}`)).map(({ label }) => label)[7]).to.equal('H g7');
  });
});
