import { expect } from 'chai';
import { tuningText } from '../../../src/reporting/tuning/render.ts';
import { stageLine, statusLine } from '../../../src/reporting/tuning/progress.ts';
import { renderTuning } from '../../../src/reporting/tuning/summary.ts';
import { configuration, choice, tuningDocument } from '../../fixtures/tuning-documents.ts';
import { validator } from '../../fixtures/schemas.ts';
import { expectGolden } from '../golden.ts';

const WIDTH = 100;

describe('a search, told', () => {
  const cheap = tuningDocument({
    objective: 'cost',
    constraints: { ...tuningDocument().constraints, powerBudgetW: 2000 },
    prices: { pue: 1.3, perKwh: 0.2, perGpuHour: 2, currency: 'EUR', gramsCo2PerKwh: null },
    runnerUp: null,
    sensitivity: [],
    robustness: [],
    capacity: [],
    reasons: [],
    pareto: [],
  });

  it('text with every section, and with none', () => {
    expectGolden('reporting/tuning-full.txt', renderTuning(tuningDocument()));
    expectGolden('reporting/tuning-cost.txt', renderTuning(cheap));
  });

  it('csv and markdown', () => {
    expectGolden('reporting/tuning.csv', tuningText(tuningDocument(), 'a.csv'));
    expectGolden('reporting/tuning.md', tuningText(tuningDocument(), 'a.md'));
  });

  it('json is the document itself, and valid', () => {
    for (const document of [tuningDocument(), cheap]) {
      expect(validator('tuning')(document), JSON.stringify(validator('tuning').errors)).to.equal(true);
      expect(JSON.parse(tuningText(document, 'a.json'))).to.deep.equal(document);
    }
  });

  it('says that nothing was measured', () => {
    for (const text of [renderTuning(cheap), tuningText(cheap, 'a.md')]) expect(text).to.match(/simulated, nothing was measured/);
  });

  it('no line is wider than 100 columns, however long a front and its names', () => {
    const long = {
      ...configuration({ captureSizes: [1, 2, 4], chunkTokens: 8192, maxRunning: 256, powerLimitW: 300, rest: 'release' }),
      knee: false,
    };
    const wide = tuningDocument({
      load: { workload: `traces/${'very-'.repeat(40)}long.csv`, rate: 8, burstiness: null },
      pareto: Array.from({ length: 30 }, () => long),
    });
    const lines = renderTuning(wide).split('\n');
    expect(lines.filter((line) => line.length > WIDTH && line.includes(' ') && !line.includes('very-'))).to.deep.equal([]);
    expect(lines).to.include('and 18 more');
  });

  it('nothing that tells two configurations apart is cut: it goes on in the next line', () => {
    const turned = {
      captureSizes: [1, 2, 4],
      chunkTokens: 8192,
      maxRunning: 256,
      powerLimitW: 300,
      itlTarget: 0.9,
      rest: 'release',
    } as const;
    const [one, other] = [configuration({ ...turned, ttftTarget: 0.7 }), configuration({ ...turned, ttftTarget: 0.75 })];
    const fp8 = configuration({ ...turned, ttftTarget: 0.7, variant: 'h100-sxm5-80gb/llama-3.1-8b+kv-fp8' });
    const pareto = [one, other, fp8].map((each) => ({ ...each, knee: false }));
    const text = renderTuning(tuningDocument({ pareto }));
    expect(text).not.to.include('…');
    const words = text.slice(text.indexOf('what no other beats')).replace(/\s+/g, ' ');
    for (const part of ['TTFT target 0.7,', 'TTFT target 0.75,', '3 captured batches up to 4', 'h100-sxm5-80gb/llama-3.1-8b+kv-fp8'])
      expect(words).to.include(part);
    expect(text.split('\n').filter((line) => line.length > WIDTH)).to.deep.equal([]);
  });

  it('its schema refuses what no search writes', () => {
    const wrong: readonly Partial<Record<string, unknown>>[] = [
      { mode: 'live' },
      { objective: 'fame' },
      { savedPct: null },
      { recommended: { ...tuningDocument().recommended, cluster: {} } },
      { baseline: { ...tuningDocument().baseline, choice: { ...choice(), rest: 'sleep' } } },
      { pareto: [tuningDocument().baseline] },
    ];
    for (const over of wrong) expect(validator('tuning')({ ...tuningDocument(), ...over }), Object.keys(over)[0]).to.equal(false);
  });
});

describe('the progress of a search, told', () => {
  const progress = { stage: 'rung 1 of 2', done: 12, of: 300, simulated: 12, replayed: 0, best: null, etaS: 61.2 };

  it('a stage begins with what is known', () => {
    expect(stageLine({ ...progress, simulated: 0, etaS: null })).to.equal('rung 1 of 2: 300 runs');
    expect(stageLine({ ...progress, replayed: 5 })).to.equal('rung 1 of 2: 300 runs (12 runs simulated, 5 known; about 1 min 1 s left)');
  });

  it('a line that is written over fits a terminal', () => {
    const text = statusLine({ ...progress, stage: 'x'.repeat(200) });
    expect(text).to.have.length(WIDTH - 1);
    expect(statusLine(progress)).to.equal('rung 1 of 2 12/300, about 1 min 1 s left');
  });
});
