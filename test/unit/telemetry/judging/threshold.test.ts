import { expect } from 'chai';
import fc from 'fast-check';
import { nearest } from '../../../../src/config/nearest.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { checkThreshold, parseThreshold } from '../../../../src/telemetry/judging/threshold.ts';
import { METRIC_NAMES, runMetrics } from '../../../../src/telemetry/metrics.ts';
import { baselineRun } from '../../../fixtures/run-records.ts';

const refusal = (text: string): VoltanaError => {
  try {
    parseThreshold(text, nearest);
  } catch (error) {
    if (error instanceof VoltanaError) return error;
  }
  throw new Error(`"${text}" was taken`);
};

describe('parseThreshold', () => {
  it('knows every metric of a run', () => {
    expect(METRIC_NAMES).to.deep.equal(Object.keys(runMetrics(baselineRun())));
  });

  for (const [text, metric, operator, limit] of [
    ['ttft.p99<800', 'ttft.p99', '<', 800],
    [' ttft.p99 <= 0.8 s ', 'ttft.p99', '<=', 800],
    ['e2e.mean<1.5e3ms', 'e2e.mean', '<', 1500],
    ['slo.joint>=99%', 'slo.joint', '>=', 0.99],
    ['slo.ttft>0.995', 'slo.ttft', '>', 0.995],
    ['errors.rate<=0', 'errors.rate', '<=', 0],
    ['goodput>=7.5', 'goodput', '>=', 7.5],
    ['goodput>=7.5/s', 'goodput', '>=', 7.5],
    ['energy.per_output_token<3J', 'energy.per_output_token', '<', 3],
    ['energy.per_output_token<300mJ', 'energy.per_output_token', '<', 0.3],
    ['energy.total<20kJ', 'energy.total', '<', 20_000],
    ['power.mean<1.2kW', 'power.mean', '<', 1200],
  ] as const)
    it(`reads "${text}"`, () => expect(parseThreshold(text)).to.deep.equal({ text: text.trim(), metric, operator, limit }));

  for (const [text, message, hint] of [
    ['ttft.p98<800', 'names no metric', 'Did you mean "ttft.p90"'],
    ['goodputt>1', 'names no metric', 'Did you mean "goodput"'],
    ['ttft<800', 'leaves out which figure', 'ttft.mean, ttft.p50'],
    ['ttft.p99', 'is not METRIC<LIMIT', "'ttft.p99<800'"],
    ['ttft.p99=800', 'is not METRIC<LIMIT', '<=, > or >='],
    ['ttft.p99<<800', 'is not METRIC<LIMIT', ''],
    ['ttft.p99<fast', 'is not METRIC<LIMIT', ''],
    ['', 'is not METRIC<LIMIT', ''],
    ['ttft.p99<800J', 'in "J"', 'ms or s'],
    ['ttft.p99<80%', 'in "%"', 'a time'],
    ['energy.total<5ms', 'in "ms"', 'an energy'],
    ['slo.joint>=99', 'cannot reach', 'from 0 to 100 with %'],
    ['slo.joint>=101%', 'cannot reach', 'a fraction'],
    ['ttft.p99<-1', 'cannot reach', '>= 0'],
    ['ttft.p99<1e999', 'cannot reach', ''],
    [`${'x'.repeat(5000)}<1`, 'names no metric', 'Known: energy.total'],
  ] as const)
    it(`refuses "${text.slice(0, 30)}"`, () => {
      const error = refusal(text);
      expect(error).to.include({ code: 'BAD_VALUE', exitCode: 2 });
      expect(error.message).to.include(message);
      expect(error.message.length).to.be.below(200);
      expect(error.hint).to.include(hint);
    });

  it('takes any limit of any metric, and nothing else than a VoltanaError comes of any text', () => {
    const operator = fc.constantFrom('<', '<=', '>', '>=');
    fc.assert(
      fc.property(fc.constantFrom(...METRIC_NAMES), operator, fc.double({ min: 0, max: 1, noNaN: true }), (metric, sign, limit) => {
        expect(parseThreshold(`${metric}${sign}${limit}`)).to.deep.include({
          metric,
          operator: sign,
          limit: Number(limit.toPrecision(15)),
        });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseThreshold(text, nearest);
        } catch (error) {
          expect(error).to.be.instanceOf(VoltanaError);
        }
      }),
    );
  });
});

describe('checkThreshold', () => {
  const run = baselineRun();
  const check = (text: string, of = run) => checkThreshold(parseThreshold(text), of);

  it('holds at the limit only where the limit is allowed', () => {
    expect(check('ttft.p50<123')).to.deep.include({ value: 123, ok: false });
    expect(check('ttft.p50<=123')).to.deep.include({ value: 123, ok: true });
    expect(check('ttft.p50>123').ok).to.equal(false);
    expect(check('ttft.p50>=123ms').ok).to.equal(true);
    expect(check('slo.joint>=100%').ok).to.equal(true);
    expect(check('slo.joint>=100%')).to.not.have.property('reason');
  });

  it('is not kept by what nobody knows, and says why', () => {
    const blind = baselineRun({ samples: null, outcomes: [] });
    expect(check('energy.total<1e9', blind)).to.deep.include({ value: null, ok: false });
    expect(check('energy.total<1e9', blind).reason).to.include('no meter');
    expect(check('power.mean<1e9', blind).reason).to.include('no meter');
    expect(check('itl.p99<1e9', blind).reason).to.include('nothing of the kind was observed');
    expect(check('slo.joint>=0', blind).reason).to.include('no request was offered');
  });
});
