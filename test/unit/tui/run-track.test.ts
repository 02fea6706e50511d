import { expect } from 'chai';
import fc from 'fast-check';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import {
  EMPTY_TRACK,
  extendTrack,
  joulesPerToken,
  powerColumns,
  savingSoFar,
  spanMsOf,
  type RunTrack,
} from '../../../src/tui/run-track.ts';
import { instanceSnapshot, snapshot } from '../../fixtures/tui/snapshots.ts';

/** A fleet of two at a constant power, whose meters were read `staleMs` before each snapshot. */
const steadyRun = (watts: number, tokensPerS: number, seconds: number, staleMs = 0): RunTrack => {
  const [firstRequestAtMs, counterAtFirstJ] = [7000, 555];
  const at = (s: number): Snapshot => {
    const atMs = firstRequestAtMs + s * 1000;
    const energyJ = counterAtFirstJ + (watts * (s * 1000 - staleMs)) / 1000;
    const own = { powerW: watts, energyJ, meteredAtMs: atMs - staleMs };
    return snapshot({
      atMs,
      firstRequestAtMs,
      outputTokens: tokensPerS * s,
      instances: [instanceSnapshot('p0', own), instanceSnapshot('d0', own)],
    });
  };
  return Array.from({ length: seconds * 4 + 1 }, (_, i) => at(i / 4)).reduce(extendTrack, EMPTY_TRACK);
};

describe('run track', () => {
  it('counts energy from the first request on, whatever the counters held before', () => {
    expect(steadyRun(100, 50, 10).points.at(-1)).to.deep.equal({ atMs: 10_000, energyJ: 2000, outputTokens: 500, powerW: 200 });
  });

  it('continues stale meter readings at their power', () => {
    expect(steadyRun(100, 50, 10, 480).points.at(-1)!.energyJ).to.be.closeTo(2000, 1e-6);
  });

  it('ignores what comes before the first request and snapshots with a meter missing', () => {
    const early = snapshot({ firstRequestAtMs: null, instances: [instanceSnapshot('p0', { powerW: 1, energyJ: 1, meteredAtMs: 0 })] });
    const blind = snapshot({
      firstRequestAtMs: 0,
      instances: [instanceSnapshot('p0', { powerW: 1, energyJ: 1, meteredAtMs: 0 }), instanceSnapshot('d0', {})],
    });
    expect([early, blind].reduce(extendTrack, EMPTY_TRACK)).to.deep.equal(EMPTY_TRACK);
  });

  it('says no ratio of small numbers', () => {
    expect(joulesPerToken({ atMs: 1999, energyJ: 10, outputTokens: 5000, powerW: 0 })).to.equal(null);
    expect(joulesPerToken({ atMs: 9999, energyJ: 10, outputTokens: 99, powerW: 0 })).to.equal(null);
    expect(joulesPerToken({ atMs: 2000, energyJ: 50, outputTokens: 100, powerW: 0 })).to.equal(0.5);
    expect(joulesPerToken(undefined)).to.equal(null);
  });
});

describe('saving so far', () => {
  it('compares both runs at the same time after their first request', () => {
    const saving = savingSoFar(steadyRun(200, 50, 30), steadyRun(150, 50, 10));
    expect(saving).to.deep.equal({ savedPct: 25, baselineJPerToken: 8, candidateJPerToken: 6, atS: 10 });
  });

  it('extends a shorter baseline at its last power, as the final comparison does', () => {
    const saving = savingSoFar(steadyRun(200, 50, 10), steadyRun(100, 25, 20))!;
    expect(saving).to.deep.equal({ savedPct: 50, baselineJPerToken: 16, candidateJPerToken: 8, atS: 20 });
  });

  it('is unknown without a baseline and at the very beginning', () => {
    expect(savingSoFar(EMPTY_TRACK, steadyRun(100, 50, 10))).to.equal(null);
    expect(savingSoFar(steadyRun(100, 50, 10), EMPTY_TRACK)).to.equal(null);
    expect(savingSoFar(steadyRun(100, 50, 10), steadyRun(100, 50, 1))).to.equal(null);
  });

  it('is what the powers say at every length of the candidate, negative ones included', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 400 }),
        fc.integer({ min: 20, max: 400 }),
        fc.integer({ min: 3, max: 20 }),
        (baselineW, candidateW, seconds) => {
          const saving = savingSoFar(steadyRun(baselineW, 50, 20), steadyRun(candidateW, 50, seconds))!;
          expect(saving.savedPct).to.be.closeTo(100 * (1 - candidateW / baselineW), 1e-6);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('power columns', () => {
  it('draws both runs on one time axis', () => {
    const [long, half] = [steadyRun(100, 50, 20), steadyRun(70, 50, 10)];
    const spanMs = spanMsOf(long, half);
    expect(powerColumns(long, spanMs, 10)).to.deep.equal(new Array(10).fill(200));
    expect(powerColumns(half, spanMs, 10)).to.deep.equal(new Array(6).fill(140));
    expect(powerColumns(EMPTY_TRACK, spanMs, 10)).to.deep.equal([]);
  });
});
