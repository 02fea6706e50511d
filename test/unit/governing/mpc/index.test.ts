import { expect } from 'chai';
import { mpcGovernor } from '../../../../src/governing/mpc/index.ts';
import { sloGovernor } from '../../../../src/governing/slo/index.ts';
import type { PrefillLoad } from '../../../../src/telemetry/load.ts';
import { decodeLoad, NOW_MS, predictorOf, prefillLoad } from '../../../fixtures/world/loads.ts';
import { clocksMhz } from '../../../fixtures/world/shipped.ts';

const question = { nowMs: NOW_MS, slo: { ttftMs: 1000, itlMs: 50 }, currentMhz: 1005, clocksMhz };
const ask = (load: Partial<PrefillLoad>) => mpcGovernor().decide({ ...question, load: prefillLoad(load), predictor: predictorOf('p0') });
const prompt = (promptTokens: number, waitedMs = 0) => ({ arrivalMs: NOW_MS - waitedMs, promptTokens });

describe('governor mpc', () => {
  it('is in no hurry with a short queue, and hurries with a long one', () => {
    const calm = ask({ waiting: [prompt(1000)] });
    const busy = ask({ waiting: [prompt(4000, 300), prompt(4000, 200)] });
    expect(calm.clockMhz).to.be.below(1005);
    expect(busy.clockMhz).to.be.above(calm.clockMhz);
    expect(calm.reason).to.include('1 iterations');
  });

  it('takes the highest when no plan keeps every deadline', () => {
    expect(ask({ waiting: [prompt(4000, 1500)] })).to.include({ clockMhz: clocksMhz.at(-1) });
  });

  it('counts the part of the running iteration that is done', () => {
    const waiting = [prompt(5500, 450)];
    expect(ask({ waiting, headSinceMs: NOW_MS - 450 }).clockMhz).to.be.below(ask({ waiting, headSinceMs: NOW_MS }).clockMhz);
  });

  it('goes to the lowest when idle, and decodes as slo does', () => {
    expect(ask({ idleSinceMs: NOW_MS - 10_000 }).clockMhz).to.equal(clocksMhz[0]);
    const load = decodeLoad({ batch: 30, kvTokens: 30_000, requestRatePerS: 5, meanOutputTokens: 200 });
    const decode = { ...question, load, predictor: predictorOf('d0') };
    expect(mpcGovernor().decide(decode)).to.deep.equal(sloGovernor().decide(decode));
  });
});
