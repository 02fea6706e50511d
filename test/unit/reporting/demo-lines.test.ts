import { expect } from 'chai';
import type { FittedDocument, ProfileDocument } from '../../../src/domain/profile.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { fittedLine, keptLine, profiledLine, servedLine } from '../../../src/reporting/demo-lines.ts';

const quality = { latencyMapePct: 12.34, powerMapePct: 10.05, r2: 0.9, heldOutPoints: 60 };

describe('demo lines', () => {
  it('fit a terminal of 100 columns with figures of the usual size', () => {
    const points = Array.from({ length: 120 }, (_, i) => ({ valid: true, requestedClockMhz: 390 + 15 * (i % 6) }));
    const lines = [
      profiledLine({ points, gpuSeconds: 60 } as unknown as ProfileDocument, 16.5),
      fittedLine({ quality: { prefill: quality, decode: quality } } as unknown as FittedDocument),
      servedLine('candidate', {
        requests: { completed: 160, offered: 160 },
        energyJ: { total: 12_345 },
        joulesPerOutputToken: 1.234,
        sloAttainment: { joint: 1 },
        measuredS: 33.3,
      } as unknown as RunRecord),
    ];
    for (const line of lines) expect(line.length, line).to.be.at.most(100);
  });

  it('what is unknown is n/a, never 0', () => {
    const none = { ...quality, latencyMapePct: null };
    expect(fittedLine({ quality: { prefill: none, decode: quality } } as unknown as FittedDocument)).to.contain(
      'latency n/a % prefill, 12.3 % decode',
    );
  });

  it('names the files that were kept, else what was finished, else nothing', () => {
    expect(keptLine([], [])).to.equal(null);
    expect(keptLine(['profile', 'fitted'], ['a.partial-profile.json'])).to.equal('parts kept: a.partial-profile.json');
    expect(keptLine(['profile'], [])).to.match(/^finished before the end: profile; .*--output FILE/);
  });
});
