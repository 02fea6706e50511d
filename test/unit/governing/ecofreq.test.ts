import { expect } from 'chai';
import { ecofreqGovernor } from '../../../src/governing/ecofreq.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import type { Load } from '../../../src/telemetry/load.ts';
import { decodeLoad, NOW_MS, prefillLoad } from '../../fixtures/world/loads.ts';

/** A batch of 10 takes 10 ms at 1000 MHz, a prompt of 1000 tokens 100 ms; both in proportion, and slower with the clock. */
const predictor: Predictor = {
  clockRangeMhz: [500, 1410],
  evidence: 'emulated',
  predict: ({ batch, tokens }, mhz) => {
    const latencyMs = ((tokens >= 100 * batch ? tokens / 10 : batch) * 1000) / mhz;
    return { latencyMs, powerW: 1, idleW: 0, errorPct: null, inRange: true };
  },
};

const ask = (load: Load, { currentMhz = 1005, clocksMhz = [500, 1005, 1410], margin = 0 } = {}) =>
  ecofreqGovernor({ margin }).decide({ nowMs: NOW_MS, load, slo: { ttftMs: 800, itlMs: 50 }, currentMhz, clocksMhz, predictor });

const prompt = (promptTokens: number, waitedMs = 0) => ({ arrivalMs: NOW_MS - waitedMs, promptTokens });
const batchOf = (batch: number) => decodeLoad({ batch, kvTokens: batch });

describe('governor ecofreq', () => {
  it('takes the lowest clock whose latency is within the SLO, exactly', () => {
    expect(ask(batchOf(25)).clockMhz).to.equal(500);
    expect(ask(batchOf(26)).clockMhz).to.equal(1005);
    expect(ask(batchOf(50)).clockMhz).to.equal(1005);
    expect(ask(batchOf(51)).clockMhz).to.equal(1410);
    expect(ask(batchOf(26), { margin: 0.04 }).clockMhz).to.equal(500);
  });

  it('takes the highest when none is within the SLO', () => {
    expect(ask(batchOf(500)).clockMhz).to.equal(1410);
  });

  it('subtracts what the oldest prompt has waited', () => {
    expect(ask(prefillLoad({ waiting: [prompt(4000)] })).clockMhz).to.equal(500);
    expect(ask(prefillLoad({ waiting: [prompt(4000, 1)] })).clockMhz).to.equal(1005);
    expect(ask(prefillLoad({ waiting: [prompt(4000, 403)] })).clockMhz).to.equal(1410);
  });

  it('takes the highest as soon as a prompt waits behind the ones that run', () => {
    const waiting = [prompt(10), prompt(10)];
    expect(ask(prefillLoad({ waiting, running: 2 })).clockMhz).to.equal(500);
    expect(ask(prefillLoad({ waiting, running: 1 }))).to.include({ clockMhz: 1410, reason: 'requests wait: highest' });
  });

  it('does not take requests that are still on their way to a decode instance for waiting ones', () => {
    expect(ask({ ...batchOf(20), incoming: 9 }).clockMhz).to.equal(500);
    expect(ask(decodeLoad({ incoming: 1 }), { currentMhz: 1005 }).clockMhz).to.equal(1005);
  });

  it('goes to the lowest after 5 s without traffic, and not before', () => {
    expect(ask(decodeLoad({ idleSinceMs: NOW_MS - 4999 })).clockMhz).to.equal(1005);
    expect(ask(decodeLoad({ idleSinceMs: NOW_MS - 5000 })).clockMhz).to.equal(500);
  });

  it('has no hysteresis: the clock in force changes nothing', () => {
    for (const currentMhz of [500, 1005, 1410]) expect(ask(batchOf(26), { currentMhz }).clockMhz).to.equal(1005);
  });

  it('asks for the highest beyond a rate, where one was set', () => {
    const governor = ecofreqGovernor({ margin: 0, mostRequestsPerS: 3 });
    const question = { nowMs: NOW_MS, slo: { ttftMs: 800, itlMs: 50 }, currentMhz: 500, clocksMhz: [500, 1410], predictor };
    expect(governor.decide({ ...question, load: { ...batchOf(5), requestRatePerS: 3.1 } }).clockMhz).to.equal(1410);
    expect(governor.decide({ ...question, load: { ...batchOf(5), requestRatePerS: 3 } }).clockMhz).to.equal(500);
  });
});
