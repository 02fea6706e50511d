import { expect } from 'chai';
import fc from 'fast-check';
import type { PhasePredictors } from '../../../../../src/runs/tuning/can-serve.ts';
import { phasePredictors } from '../../../../../src/runs/tuning/can-serve.ts';
import { plannedSlo, shortestAnswer } from '../../../../../src/runs/tuning/tiers/planned-slo.ts';
import { thrownBy } from '../../../../fixtures/thrown.ts';
import { variants } from '../../../../fixtures/tuning/ground.ts';

const request = (promptTokens: number, maxTokens: number) => ({ id: 'r', arrivalMs: 0, promptTokens, maxTokens });

describe('what policies plan with where there is a deadline', () => {
  let devices: PhasePredictors;
  before(async () => void (devices = phasePredictors((await variants())[0]!, 1)!));

  it('the shortest answer is that of a fraction of the requests, alone at the highest clock', () => {
    const requests = Array.from({ length: 100 }, (_, i) => request(500, i + 1));
    const [most, all] = [shortestAnswer(requests, [devices], 0.9), shortestAnswer(requests, [devices], 1)];
    expect([most.outputTokens, all.outputTokens]).to.deep.equal([90, 100]);
    expect(all.ms).to.be.closeTo(all.prefillMs + 99 * all.gapMs, 1e-6);
    const clockMhz = devices.devices.clocksMhz.at(-1)!;
    expect(all.gapMs).to.equal(devices.decode.predict({ batch: 1, tokens: 500 }, clockMhz).latencyMs);
  });

  it('what is left of the deadline is split evenly, and all of it together is not more than the deadline', () => {
    const shortest = shortestAnswer([request(1000, 301)], [devices], 0.99);
    fc.assert(
      fc.property(fc.double({ min: 1.01, max: 1000, noNaN: true }), (times) => {
        const deadlineMs = times * shortest.ms;
        const { slo } = plannedSlo(shortest, deadlineMs, 0.99);
        expect(slo.ttftMs + 300 * slo.itlMs).to.be.at.most(deadlineMs + 1e-6);
        expect(slo.ttftMs).to.be.within(shortest.prefillMs + (deadlineMs - shortest.ms) / 2 - 1, deadlineMs);
      }),
    );
  });

  it('a looser deadline never plans with stricter promises', () => {
    const shortest = shortestAnswer([request(1000, 301)], [devices], 0.99);
    const seconds = fc.double({ min: shortest.ms * 1.01, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, (a, b) => {
        const [tight, loose] = [Math.min(a, b), Math.max(a, b)].map((deadlineMs) => plannedSlo(shortest, deadlineMs, 0.99).slo);
        expect(loose!.ttftMs).to.be.at.least(tight!.ttftMs);
        expect(loose!.itlMs).to.be.at.least(tight!.itlMs);
      }),
    );
  });

  it('a deadline that no engine keeps is refused with the arithmetic', () => {
    const shortest = shortestAnswer([request(1000, 301)], [devices], 0.99);
    const error = thrownBy(() => plannedSlo(shortest, shortest.ms, 0.99));
    expect(error.exitCode).to.equal(2);
    expect(error.message).to.match(/prompt of 1000 tokens in [\d.]+ ms and 300 gaps of [\d.]+ ms, [\d.]+ s in all/);
    expect(error.hint).to.match(/Allow more than \d+ s/);
  });

  it('an answer of one token has no gaps to stretch', () => {
    const { slo } = plannedSlo(shortestAnswer([request(100, 1)], [devices], 0.99), 10_000, 0.99);
    expect(slo.ttftMs).to.be.below(10_000);
    expect(slo.itlMs).to.be.above(0);
  });
});
