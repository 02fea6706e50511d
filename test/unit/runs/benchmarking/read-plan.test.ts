import { expect } from 'chai';
import { readPlan } from '../../../../src/runs/benchmarking/read-plan.ts';
import { ourError } from '../../../fixtures/rejected.ts';

const request = { seed: 1, url: 'http://127.0.0.1:8000', rate: 4, durationS: 4, insecure: true };
const ab = { arms: ['max', 'slo'], blocks: 8, periodS: 60, aa: true };
const standards = { thresholds: ['ttft.p99<800'], strict: false };
const scheduleHash = 'ce8e';

describe("the plan in a journal's first line", () => {
  it('is taken as it was written, of a single run and of an A/B test', () => {
    expect(readPlan({ request, scheduleHash, standards }, 'x')).to.deep.equal({ request, ab: null, standards });
    const none = { thresholds: [], baseline: undefined, strict: false };
    expect(readPlan({ request, ab }, 'x')).to.deep.equal({ request, ab, standards: none });
    const newer = { ...request, newer: {} };
    expect(readPlan({ request: newer, scheduleHash }, 'x').request).to.deep.equal(newer);
  });

  for (const [what, plan, says] of [
    ['no request', { scheduleHash }, '"request" is not an object'],
    ['a request that is null', { request: null, scheduleHash }, '"request" is not an object'],
    ['no seed', { request: {}, scheduleHash }, '"request.seed" is not a whole number from 0 '],
    ['a URL that is a number', { request: { ...request, url: 5 }, scheduleHash }, '"request.url" is not a text'],
    ['a rate that is a text', { request: { ...request, rate: 'abc' }, scheduleHash }, '"request.rate" is not a number from 0.001 '],
    ['a rate beyond all', { request: { ...request, rate: 1e300 }, scheduleHash }, '"request.rate" is not a number from 0.001 to 1000000'],
    ['no hash of its schedule', { request }, '"scheduleHash" is not a text'],
    ['an A/B test without arms', { request, ab: { x: 1 } }, '"ab.arms" is not a list of texts'],
    ['an A/B test that is none', { request, ab: 7 }, '"ab" is not an object'],
    ['half a block', { request, ab: { ...ab, blocks: 0.5 } }, '"ab.blocks" is not a whole number from 1 to 1000'],
    ['standards that are null', { request, scheduleHash, standards: null }, '"standards" is not an object'],
    [
      'a threshold that is a number',
      { request, scheduleHash, standards: { ...standards, thresholds: [1] } },
      '"standards.thresholds" is not a list',
    ],
  ] as const) {
    it(`${what} is refused by its name`, async () => {
      const error = await ourError(Promise.resolve().then(() => readPlan(plan, 'the plan of run x')));
      expect(error).to.include({ code: 'FILE_MALFORMED' });
      expect(error.message).to.include(`the plan of run x: its ${says}`);
      expect(error.hint).to.include('begin the run anew');
    });
  }
});
