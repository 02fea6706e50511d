import { expect } from 'chai';
import { baselineRun, candidateRun, header, parts, steadyOutcomes, steadySamples } from '../../fixtures/run-records.ts';
import { buildRunRecord } from '../../fixtures/whole-runs.ts';

const lateBy = (lateMs: number, requests: number) =>
  steadyOutcomes({ ttftMs: 120, gapMs: 12 }).map((outcome, i) =>
    i < requests ? { ...outcome, sentMs: outcome.intendedMs + lateMs } : outcome,
  );

describe('buildRunRecord', () => {
  it('charges all GPUs over the measured span, by role and per unit of work', () => {
    const run = baselineRun();
    expect(run.energyJ).to.deep.include({ method: 'counter', uncertaintyPct: 5 });
    expect(run.energyJ!.total).to.be.closeTo(4 * 250 * run.measuredS, 1e-6);
    expect(run.energyJ!.prefill + run.energyJ!.decode).to.equal(run.energyJ!.total);
    expect(run.meanPowerW).to.be.closeTo(1000, 1e-6);
    expect(run.joulesPerRequest! * 160).to.be.closeTo(run.energyJ!.total, 1e-6);
    expect(run.joulesPerOutputToken! * 6400).to.be.closeTo(run.energyJ!.total, 1e-6);
    expect(run.joulesPerToken! * (6400 + 16_000)).to.be.closeTo(run.energyJ!.total, 1e-6);
  });

  it('is null without a meter, never zero, and still valid', () => {
    const run = baselineRun({ samples: null });
    expect([run.energyJ, run.meanPowerW, run.joulesPerRequest, run.joulesPerOutputToken, run.joulesPerToken]).to.deep.equal([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(run.clocks).to.deep.equal({ transitions: 0, meanMhz: { prefill: null, decode: null }, residency: [] });
    expect(run.blocks.every((block) => block.energyJ === null)).to.equal(true);
    expect(run.validity).to.deep.equal({ verdict: 'valid', reasons: [] });
  });

  it('is invalid when the meter stopped early', () => {
    const run = baselineRun({ samples: steadySamples({ untilMs: 10_000, powerW: 250 }) });
    expect(run.energyJ).to.equal(null);
    expect(run.validity.verdict).to.equal('invalid');
    expect(run.validity.reasons[0]).to.match(/meter/);
  });

  it('is invalid when the client was too slow, and not for a few late requests', () => {
    expect(baselineRun({ outcomes: lateBy(26, 5) }).validity.verdict).to.equal('invalid');
    expect(baselineRun({ outcomes: lateBy(26, 4) }).validity.verdict).to.equal('valid');
    expect(baselineRun({ outcomes: lateBy(25, 160) }).validity.verdict).to.equal('valid');
  });

  it('keeps the reasons that the run itself found', () => {
    expect(baselineRun({ invalidReasons: ['The clock of decode-0 moved'] }).validity).to.deep.equal({
      verdict: 'invalid',
      reasons: ['The clock of decode-0 moved'],
    });
  });

  it('records mean clocks, residency and one point a second', () => {
    const run = candidateRun();
    expect(run.clocks.meanMhz.prefill).to.be.within(1200, 1410);
    expect(run.clocks.meanMhz.decode).to.be.within(1005, 1200);
    expect(run.series.tS).to.have.length(Math.ceil(run.measuredS));
    expect(run.series.instances.map(({ instance }) => instance)).to.deep.equal(['prefill-0', 'prefill-1', 'decode-0', 'decode-1']);
    expect(run.blocks).to.have.length(10);
  });

  it('keeps its own kind whatever header it is handed', () => {
    const foreign = { ...header, kind: 'comparison', schemaVersion: 2, stray: 1 };
    const run = buildRunRecord(parts({ header: foreign }));
    expect([run.kind, run.schemaVersion]).to.deep.equal(['run', 1]);
    expect(run).to.not.have.property('stray');
  });

  it('records a run in which nothing was offered', () => {
    const run = baselineRun({ outcomes: [] });
    expect([run.measuredS, run.requests.offered, run.joulesPerOutputToken, run.series.tS.length]).to.deep.equal([0, 0, null, 0]);
    expect(JSON.stringify(run)).to.not.match(/NaN|Infinity/);
  });
});
