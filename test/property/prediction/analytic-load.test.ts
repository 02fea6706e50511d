import { expect } from 'chai';
import fc from 'fast-check';
import type { Device } from '../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { iterationTime } from '../../../src/prediction/analytic/latency.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../../src/prediction/analytic/work.ts';
import { chosen, clockAt, deviceChoices, places, works } from '../../fixtures/analytic.ts';

const pair = (max: number) =>
  fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max })).map((two) => two.toSorted((a, b) => a - b));
const inside = { numRuns: 300 };
/** One device has its tiles where another has none. The same sum of times may round differently. */
const ROUNDING = 1e-12;

describe('properties of the analytic model over the load', () => {
  /** Kernels alone: what a slow host hides behind its launches must not hide a wrong order. */
  const gpuMs = (device: Device, work: IterationWork, mhz: number): number => {
    const { totalMs, waitMs } = iterationTime(device, work, mhz);
    return totalMs - waitMs;
  };
  const shortens = (device: Device, less: IterationWork, more: IterationWork, mhz: number): boolean =>
    iterationTime(device, more, mhz).totalMs < iterationTime(device, less, mhz).totalMs * (1 - ROUNDING);

  it('a decode iteration never shortens with a request more, and its kernels take longer with more KV', () => {
    fc.assert(
      fc.property(deviceChoices, pair(700), fc.integer({ min: 1, max: 400_000 }), places, (choice, [fewer, more], kvTokens, place) => {
        const device = chosen(choice);
        const mhz = clockAt(device, place);
        const [few, many] = [decodeWork(fewer!, kvTokens), decodeWork(more!, kvTokens)];
        expect(shortens(device, few, many, mhz)).to.equal(false);
        expect(gpuMs(device, decodeWork(fewer!, kvTokens + more!), mhz)).to.be.above(gpuMs(device, few, mhz));
      }),
      inside,
    );
  });

  it('a prefill iteration never shortens with longer prompts, longer pasts or one prompt more, and its kernels take longer', () => {
    fc.assert(
      fc.property(deviceChoices, pair(8192), fc.integer({ min: 0, max: 8192 }), places, (choice, [shorter, longer], pastTokens, place) => {
        const device = chosen(choice);
        const mhz = clockAt(device, place);
        const of = (...newTokens: number[]): IterationWork => prefillWork(newTokens.map((each) => ({ newTokens: each, pastTokens })));
        const deeper = prefillWork([{ newTokens: shorter!, pastTokens: pastTokens + longer! }]);
        for (const [less, more] of [
          [of(shorter!), of(longer!)],
          [of(longer!), of(longer!, shorter!)],
          [of(shorter!), deeper],
        ] as const)
          expect(shortens(device, less, more, mhz)).to.equal(false);
        expect(gpuMs(device, of(longer!, shorter!), mhz)).to.be.above(gpuMs(device, of(longer!), mhz));
        expect(gpuMs(device, deeper, mhz)).to.be.above(gpuMs(device, of(shorter!), mhz));
      }),
      inside,
    );
  });
});

describe('properties of the analytic model over the GPUs of an instance', () => {
  it('two take more than half the time of one at the clock that two run at', () => {
    fc.assert(
      fc.property(deviceChoices, works, places, (choice, work, place) => {
        const [one, two] = [1, 2].map((tp) => chosen({ ...choice, tp }));
        const mhz = clockAt(one!, place);
        const { latencyMs, appliedClockMhz } = estimateIteration(two!, work, mhz);
        expect(latencyMs).to.be.above(iterationTime(one!, work, appliedClockMhz).totalMs / 2);
      }),
      inside,
    );
  });

  it('two of them draw no more power each under a limit than one, so the limit can only help them', () => {
    fc.assert(
      fc.property(deviceChoices, works, (choice, work) => {
        const [one, two] = [1, 2].map((tp) => chosen({ ...choice, tp }));
        const { maxMhz } = one!.gpu.clock;
        expect(estimateIteration(two!, work, maxMhz).appliedClockMhz).to.be.at.least(
          estimateIteration(one!, work, maxMhz).appliedClockMhz - 1e-3,
        );
      }),
      inside,
    );
  });
});
