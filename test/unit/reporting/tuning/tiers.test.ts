import { expect } from 'chai';
import type { ServedTier, TuningTiers } from '../../../../src/domain/tuning-tiers.ts';
import { tuningText } from '../../../../src/reporting/tuning/render.ts';
import { renderTuning } from '../../../../src/reporting/tuning/summary.ts';
import { validator } from '../../../fixtures/schemas.ts';
import { configuration, tuningDocument } from '../../../fixtures/tuning-documents.ts';

const fleet = (tier: ServedTier['tier'], deadlineS: number | null): ServedTier => {
  const { choice, config, gpus, meanPowerW, peakPowerW, joulesPerOutputToken, objectivePerMillionTokens } = configuration();
  return {
    ...{ tier, choice, config, gpus, meanPowerW, peakPowerW, joulesPerOutputToken, objectivePerMillionTokens, deadlineS },
    ...{
      target: 0.99,
      attainment: 0.9987,
      lowerBound: 0.9953,
      e2eP99S: null,
      judgedRequests: 12_000,
      judgedS: 3000,
      evidence: 'validated',
    },
  };
};

const { cluster } = tuningDocument().recommended;
const TIERS: TuningTiers = {
  ...{
    workload: 'sharegpt',
    rate: 3,
    deadlineS: 600,
    target: 0.99,
    planned: { slo: { ttftMs: 296_171, itlMs: 505.5 }, text: 'Planned so.' },
  },
  recommended: 'apart',
  ways: [
    {
      ...{
        way: 'apart',
        served: [fleet('interactive', null), fleet('batch', 600)],
        gpus: 6,
        meanPowerW: 864.2,
        joulesPerOutputToken: 0.412,
      },
      ...{ changePct: 0, clusters: [cluster, cluster], text: 'Apart, so much.' },
    },
    {
      ...{ way: 'as-interactive', served: [], gpus: null, meanPowerW: null, joulesPerOutputToken: null, changePct: null, clusters: [] },
      text: 'None was found.',
    },
  ],
  ...{ howToRoute: ['Serve both files.'], simulations: 10, simulatedRequests: 1000, reasons: ['batch tier: a reason'] },
};

describe('both tiers, told', () => {
  const document = tuningDocument({ tiers: TIERS });

  it('the document is valid, and its schema refuses half a tier', () => {
    expect(validator('tuning')(document), JSON.stringify(validator('tuning').errors)).to.equal(true);
    expect(validator('tuning')({ ...document, tiers: { ...TIERS, ways: [] } })).to.equal(false);
    expect(validator('tuning')({ ...document, tiers: { ...TIERS, recommended: 'shared' } })).to.equal(false);
  });

  it('text and markdown hold every fleet and every sentence', () => {
    for (const text of [renderTuning(document), tuningText(document, 'a.md')]) {
      for (const sentence of ['Planned so.', 'Apart, so much.', 'None was found.', 'Serve both files.', 'batch tier: a reason'])
        expect(text).to.include(sentence);
      expect(text.toLowerCase())
        .to.include('both tiers')
        .and.to.match(/99\.87 %.*99\.53 %.*600 s/);
    }
    expect(
      Math.max(
        ...renderTuning(document)
          .split('\n')
          .map(({ length }) => length),
      ),
    ).to.be.at.most(100);
  });

  it('csv has a row for each fleet behind the others', () => {
    const [before, after] = [tuningDocument(), document].map((one) => tuningText(one, 'a.csv'));
    expect(after!.startsWith(before!)).to.equal(true);
    const rows = after!.slice(before!.length).trimEnd().split('\r\n');
    expect(rows.map((row) => row.split(',').length).every((cells) => cells > 20)).to.equal(true);
    expect(rows).to.have.length(2);
    expect(rows[1]).to.match(/batch/).and.to.include('0.9953');
  });
});
