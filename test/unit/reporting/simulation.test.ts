import { expect } from 'chai';
import { renderExplanation } from '../../../src/reporting/simulation/explanation.ts';
import { renderSimulation } from '../../../src/reporting/simulation/summary.ts';
import { baselineRun } from '../../fixtures/run-records.ts';
import { unanswered } from '../../fixtures/outcomes.ts';
import { simulated } from '../../fixtures/simulating.ts';

const WIDTH = 100;

const expectPlain = (text: string): void => {
  expect(text).to.not.match(/\x1b|NaN|undefined|Infinity|null/);
  for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(WIDTH);
};

describe('a simulation for people', () => {
  it('is one screen of plain text with latencies, promises, energy, clocks and evidence', async () => {
    const text = renderSimulation(await simulated({ durationS: 5, hostile: 2 }));
    expectPlain(text);
    expect(text.split('\n').length).to.be.at.most(26);
    for (const part of [
      /offered: \d+ completed/,
      /time to first token, ms/,
      /both 100\.0 %/,
      /J per output token/,
      /decode +mean \d+ MHz/,
      /hostile worlds +2:/,
      /evidence: validated/,
    ])
      expect(text).to.match(part);
  });

  it('tells why requests failed and why a run is unstable', () => {
    const outcomes = [1, 2, 3].map((number) => ({ ...unanswered('failed'), error: `no room for ${number} tokens` }));
    const text = renderSimulation({ ...baselineRun({ outcomes }), validity: { verdict: 'unstable', reasons: ['too much load'] } });
    expectPlain(text);
    expect(text).to.match(/3 failed\n +3 x no room for 1 tokens/);
    expect(text).to.match(/verdict: unstable\n- too much load/);
  });

  it('has no figure where there is none', () => {
    expectPlain(renderSimulation(baselineRun({ outcomes: [], samples: null, idlePowerW: null })));
  });
});

describe('a decision for people', () => {
  it('is plain text with a table of each choice', async () => {
    const { explanation } = await simulated({ prefill: 2, decode: 2, durationS: 4, explain: '2' });
    const text = renderExplanation(explanation!);
    expectPlain(text);
    expect(text.match(/<- chosen/g)).to.have.length(4);
    expect(text)
      .to.match(/eco chose p\d and d\d: /)
      .and.match(/slo chose \d+ MHz: /);
  });

  it('shows some of many instances, the chosen one among them', async () => {
    const { explanation } = await simulated({ prefill: 1, decode: 40, durationS: 2, explain: '1' });
    const route = { ...explanation!.route, decode: explanation!.route.decode.map((option, i) => ({ ...option, chosen: i === 39 })) };
    const text = renderExplanation({ ...explanation!, route });
    expect(text)
      .to.match(/^d39 .*<- chosen$/m)
      .and.match(/\(28 others are not shown\)/);
  });
});
