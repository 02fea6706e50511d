import { expect } from 'chai';
import type { FittedDocument, FittedInstance } from '../../../../src/domain/profile.ts';
import { leftOutLine, renderFit } from '../../../../src/reporting/fit/summary.ts';
import { rateText } from '../../../../src/reporting/fit/rate-text.ts';
import { header } from '../../../fixtures/run-records.ts';

const good = { latencyMapePct: 1.234, powerMapePct: 2, r2: 0.9987, heldOutPoints: 40 };
const poor = { latencyMapePct: 9, powerMapePct: 3, r2: 0.9, heldOutPoints: 40 };
const none = { latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 };

const instance: FittedInstance = {
  instance: 'd0',
  phase: 'decode',
  range: { batch: [1, 8], tokens: [1, 8] },
  model: 'physics',
  crossValidation: { segments: poor, physics: good },
  intervals: { latencyPct: 2.5, powerPct: 4 },
  levels: [],
  physics: null,
};
const row = (tokensPerS: number) => ({
  tokensPerS,
  batch: 12,
  clockMhz: 1005,
  latencyMs: 21.3,
  powerW: 180,
  energyPerTokenJ: 0.123456,
  savedPct: 31,
  sensitivityPct: 0.4,
  lowestMhz: [20, 30, 40, 50].map((sloMs) => ({ sloMs, clockMhz: sloMs < 30 ? null : 690 + tokensPerS / sloMs })),
});
const fitted: FittedDocument = {
  schemaVersion: 1,
  kind: 'fitted',
  ...header,
  provenance: { cluster: 'c', gpu: 'g', model: 'm', tp: 2, engine: 'e', fingerprint: 'f' },
  quality: { prefill: none, decode: good },
  dvfs: { prefill: [], decode: Array.from({ length: 20 }, (_, i) => row((i + 1) * 150)) },
  instances: [instance],
  cards: null,
  warnings: ['mind this'],
};
const render = (over: Partial<FittedDocument> = {}, file?: string): string => renderFit({ ...fitted, ...over }, [], file);

describe('a fit for people', () => {
  it('tells held-out errors of the phases that were measured, and of no other', () => {
    expect(render())
      .to.match(/decode +40 +1\.2 % +2\.0 % +0\.9987/)
      .and.not.match(/^prefill/m);
  });

  it('tells which model won, why, and how far off it may be', () => {
    expect(render()).to.match(/d0 +decode +physics +smaller error of the two +9\.0 % \/ 3\.0 % +1\.2 % \/ 2\.0 % +2\.5 % \/ 4\.0 %/);
    const alone = { ...instance, model: 'segments' as const, crossValidation: { segments: none, physics: null }, intervals: null };
    expect(render({ instances: [alone] })).to.match(/segments +no cards: segments alone +n\/a +n\/a +n\/a/);
  });

  it('has at most eight loads, the lightest and the heaviest among them, each with its clock, saving and promises', () => {
    const rows = render()
      .split('\n')
      .filter((line) => / tokens\/s /.test(line));
    expect(rows).to.have.length(8);
    expect(rows[0]).to.match(/^150 tokens\/s +12\.0 +1005 +21\.3 +180 +0\.123 +31\.0 % +0\.4 %/);
    expect(rows.at(-1)).to.match(/^3000 tokens\/s/);
  });

  it('calls no error nothing', () => {
    const exact = { ...good, latencyMapePct: 0, powerMapePct: 0.02 };
    const text = render({
      quality: { prefill: none, decode: exact },
      instances: [{ ...instance, crossValidation: { segments: exact, physics: exact }, intervals: { latencyPct: 0, powerPct: 0.06 } }],
    });
    expect(text)
      .to.match(/decode +40 +< 0\.1 % +< 0\.1 % /)
      .and.match(/< 0\.1 % \/ < 0\.1 % +< 0\.1 % \/ < 0\.1 % +< 0\.1 % \/ 0\.1 %/)
      .and.not.match(/ 0\.0 %/);
  });

  it('says that there is no clock to choose where one was measured, and lists no loads', () => {
    const at = (...clocks: number[]) =>
      render({ instances: [{ ...instance, levels: clocks.map((clockMhz) => ({ clockMhz, idleW: 60, segments: [] })) }] });
    expect(at(1410))
      .to.match(/^decode was measured at 1410 MHz only: there is no clock to choose between\.$/m)
      .and.not.match(/tokens\/s/);
    expect(at(1005, 1410)).to.match(/tokens\/s/);
  });

  it('fits 100 columns', () => {
    const long = { ...fitted, warnings: ['word '.repeat(60).trim()] };
    expect(
      Math.max(
        ...render(long)
          .split('\n')
          .map((line) => line.length),
      ),
    ).to.be.at.most(100);
  });

  it('says what to do next: measure more where it errs or knows nothing, keep it, ask it', () => {
    expect(render())
      .to.match(/mind this/)
      .and.match(/keep it: --output FILE\.json/);
    expect(render({}, 'f.json')).to.match(/voltana estimate --fitted f\.json/);
    expect(render({ quality: { prefill: none, decode: poor } })).to.match(/decode: more than 5 % off/);
    expect(render({ quality: { prefill: none, decode: none } })).to.match(/decode: too few points to hold any out/);
    expect(render({ evidence: 'extrapolated', quality: { prefill: none, decode: none } })).to.not.match(/too few points/);
  });

  it('counts what was left out by reason, whatever the clock in it', () => {
    const left = (reasons: string[]) => ({ valid: false, control: false, reasons });
    const kept = { valid: true, control: false, reasons: [] };
    const line = leftOutLine([
      kept,
      left(['the lock of 690 MHz did not hold']),
      left(['the lock of 1410 MHz did not hold']),
      left(['unstable']),
    ]);
    expect(line).to.equal('3 of 4 points are not valid and were left out: 2 x the lock of N MHz did not hold, 1 x unstable');
    expect(leftOutLine([kept])).to.equal(null);
  });

  it('writes rates without exponents', () => {
    expect([0.0001234, 0.123456, 12.345, 999.6, 123_456, 0].map(rateText)).to.deep.equal([
      '0.000123',
      '0.123',
      '12.3',
      '1000',
      '123000',
      '0',
    ]);
  });
});
