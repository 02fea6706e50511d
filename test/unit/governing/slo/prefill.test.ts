import { expect } from 'chai';
import { sloGovernor } from '../../../../src/governing/slo/index.ts';
import { SLO_TUNABLES, type SloTunables } from '../../../../src/governing/slo/tunables.ts';
import type { Predictor } from '../../../../src/prediction/predictor.ts';
import type { PrefillLoad } from '../../../../src/telemetry/load.ts';
import { NOW_MS, prefillLoad } from '../../../fixtures/world/loads.ts';

const MS_PER_TOKEN_AT_1_MHZ = 500;
/** Half a millisecond a token at 1000 MHz, and power with the cube of the clock: slower is always cheaper. */
const cubic: Predictor = {
  clockRangeMhz: [400, 1400],
  evidence: 'emulated',
  predict: ({ tokens }, mhz) => ({
    latencyMs: (tokens * MS_PER_TOKEN_AT_1_MHZ) / mhz,
    powerW: 400 * (mhz / 1000) ** 3,
    idleW: 0,
    errorPct: null,
    inRange: true,
  }),
};
const clocksMhz = Array.from({ length: 51 }, (_, i) => 400 + 20 * i);
/** Nothing but deadlines and utilisation: no interval, no queue to be expected, no price of latency or of a transition. */
const tunables: SloTunables = {
  ...SLO_TUNABLES,
  ttftTarget: 0.9,
  maxPrefillUtilisation: 0.8,
  unknownError: 0,
  lateShare: 1,
  ttftWorth: 0,
  minSaving: 0,
};

const ask = (load: Partial<PrefillLoad>, currentMhz = 400, predictor = cubic, more: Partial<SloTunables> = {}) =>
  sloGovernor({ ...tunables, ...more }).decide({
    nowMs: NOW_MS,
    load: prefillLoad({ requestRatePerS: 0.1, ...load }),
    slo: { ttftMs: 1000, itlMs: 50 },
    currentMhz,
    clocksMhz,
    predictor,
  });

const prompt = (promptTokens: number, waitedMs = 0) => ({ arrivalMs: NOW_MS - waitedMs, promptTokens });
/** The lowest clock of the table that computes so many tokens in time. */
const clockFor = (tokens: number, budgetMs: number): number => clocksMhz.find((mhz) => (tokens * MS_PER_TOKEN_AT_1_MHZ) / mhz <= budgetMs)!;

describe('slo governor, prefill', () => {
  it('takes the slowest clock that meets the deadline', () => {
    expect(ask({ waiting: [prompt(1000)] }).clockMhz)
      .to.equal(clockFor(1000, 900))
      .and.equal(560);
  });

  it('counts the time that a prompt has waited already', () => {
    expect(ask({ waiting: [prompt(1000, 400)] }).clockMhz)
      .to.equal(clockFor(1000, 500))
      .and.equal(1000);
  });

  it('counts what comes after prefill until the first token', () => {
    expect(ask({ waiting: [prompt(1000)], afterPrefillMs: 300 }).clockMhz)
      .to.equal(clockFor(1000, 600))
      .and.equal(840);
  });

  it('counts the prompts in front: first in, first out', () => {
    expect(ask({ waiting: [prompt(500), prompt(500)] }).clockMhz).to.equal(clockFor(1000, 900));
    // The short one behind is the one in a hurry: it has to wait for the long one.
    expect(ask({ waiting: [prompt(1000), prompt(100, 300)] }).clockMhz).to.equal(clockFor(1100, 600));
    // In front it has no trouble, and the long one has all its time.
    expect(ask({ waiting: [prompt(100, 300), prompt(1000)] }).clockMhz).to.equal(clockFor(1100, 900));
  });

  it('counts what is left of the running iteration, and the next ones as batches of whole chunks', () => {
    // 800 of its 2000 tokens are done after 400 ms at 1000 MHz.
    const running = { waiting: [prompt(2000, 400)], headSinceMs: NOW_MS - 400 };
    expect(ask(running, 1000).clockMhz).to.equal(clockFor(1200, 500));
    // Prompts of one chunk are done together: the first of them has to wait for the last.
    const queue = { waiting: [prompt(300), prompt(300), prompt(300)], running: 0 };
    expect(ask(queue).clockMhz).to.equal(clockFor(900, 900));
    expect(ask({ waiting: [prompt(300, 400), prompt(300), prompt(300)], running: 0 }, 400, cubic, { chunkTokens: 300 }).clockMhz).to.equal(
      clockFor(900, 900),
    );
    expect(ask({ waiting: [prompt(300, 400), prompt(300), prompt(300)], running: 0 }).clockMhz).to.equal(clockFor(900, 500));
  });

  it('plans with the upper end of a prediction interval, a known or a usual one', () => {
    const known: Predictor = { ...cubic, predict: (load, mhz) => ({ ...cubic.predict(load, mhz), errorPct: { latency: 20, power: 0 } }) };
    expect(ask({ waiting: [prompt(1000)] }, 400, known).clockMhz).to.equal(clockFor(1200, 900));
    expect(ask({ waiting: [prompt(1000)] }, 400, cubic, { unknownError: 0.1 }).clockMhz).to.equal(clockFor(1100, 900));
  });

  it('leaves room for the wait of prompts to come', () => {
    // One prompt needs 560 MHz; at this rate more come while it runs.
    const stream = { waiting: [prompt(500)], requestRatePerS: 2, meanPromptTokens: 500 };
    const relaxed = ask(stream, 400, cubic, { lateShare: 0.5 }).clockMhz;
    expect(ask(stream).clockMhz).to.be.below(relaxed);
    expect(ask(stream, 400, cubic, { lateShare: 0.01 }).clockMhz).to.be.above(relaxed);
  });

  it('asks no more than is useful when none is in time: above a power limit clocks are equally fast', () => {
    const capped: Predictor = { ...cubic, predict: (load, mhz) => cubic.predict(load, Math.min(mhz, 1000)) };
    const { clockMhz } = ask({ waiting: [prompt(5000)] }, 400, capped);
    expect(clockMhz).to.be.at.least(1000).and.below(1400);
  });

  it('takes the faster of clocks that cost the same', () => {
    const flat: Predictor = { ...cubic, predict: (load, mhz) => ({ ...cubic.predict(load, mhz), powerW: mhz / 4 }) };
    expect(ask({ waiting: [prompt(300)] }, 400, flat, { ttftWorth: 0.2 }).clockMhz).to.equal(1400);
  });

  it('takes the highest clock when a deadline cannot be met', () => {
    expect(ask({ waiting: [prompt(5000)] }))
      .to.include({ clockMhz: 1400 })
      .and.property('reason')
      .that.includes('no clock keeps the SLO');
  });

  it('never plans for more than its share of utilisation', () => {
    // 5 prompts of 200 tokens a second: 500 ms of work at 1000 MHz, so 0.8 of a second at 625 MHz.
    expect(ask({ waiting: [prompt(10)], requestRatePerS: 5, meanPromptTokens: 200 }).clockMhz).to.equal(640);
    expect(ask({ waiting: [prompt(10)], requestRatePerS: 10, meanPromptTokens: 200 }).clockMhz).to.equal(1260);
    expect(ask({ waiting: [prompt(10)], requestRatePerS: 20, meanPromptTokens: 200 }).reason).to.include('no clock keeps the SLO');
  });

  it('races to idle when idling costs little and the clock hardly any power', () => {
    const flat: Predictor = { ...cubic, predict: (load, mhz) => ({ ...cubic.predict(load, mhz), powerW: 300, idleW: 50 }) };
    expect(ask({ waiting: [prompt(100)], requestRatePerS: 2, meanPromptTokens: 200 }, 400, flat).clockMhz).to.equal(1400);
  });

  it('keeps its clock through a short pause and goes to the lowest after a long one', () => {
    expect(ask({ idleSinceMs: NOW_MS - SLO_TUNABLES.idleAfterMs + 1 }, 900)).to.deep.equal({ clockMhz: 900, reason: 'idle: wait' });
    expect(ask({ idleSinceMs: NOW_MS - SLO_TUNABLES.idleAfterMs }, 900)).to.deep.equal({ clockMhz: 400, reason: 'idle' });
  });

  it('does not flip between clocks when the arrivals fluctuate by little', () => {
    let currentMhz = sloClock(8, 1400);
    const first = currentMhz;
    for (const rate of [8.15, 7.85, 8.1, 7.9, 8]) currentMhz = sloClock(rate, currentMhz);
    expect(currentMhz).to.equal(first);
  });
});

/** With the shipped hysteresis. */
const sloClock = (requestRatePerS: number, currentMhz: number): number => {
  const load = prefillLoad({ waiting: [prompt(50)], requestRatePerS, meanPromptTokens: 100 });
  return sloGovernor().decide({ nowMs: NOW_MS, load, slo: { ttftMs: 1000, itlMs: 50 }, currentMhz, clocksMhz, predictor: cubic }).clockMhz;
};
