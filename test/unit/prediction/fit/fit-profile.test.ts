import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { ProfilePoint } from '../../../../src/domain/profile.ts';
import { fitProfile } from '../../../../src/prediction/fit/fit-profile.ts';
import { LEVELS_MHZ, decodePoints, prefillPoints, profileOf, truth } from '../../../fixtures/profiles.ts';

const points = [...prefillPoints('p0'), ...decodePoints('d0'), ...decodePoints('d1')];
const wild = (point: ProfilePoint): ProfilePoint => ({ ...point, latencyMs: point.latencyMs * 20, energyJ: point.energyJ * 20 });

describe('fitting a profile', () => {
  it('gives every instance its own predictor, levels ascending, whatever the order of the points', () => {
    const { instances } = fitProfile(profileOf([...points].reverse()));
    expect(instances.map(({ instance, phase }) => [instance, phase])).to.have.deep.members([
      ['p0', 'prefill'],
      ['d0', 'decode'],
      ['d1', 'decode'],
    ]);
    for (const { levels } of instances) expect(levels.map(({ clockMhz }) => clockMhz)).to.deep.equal(LEVELS_MHZ);
  });

  it('recovers a linear device and knows the range that was measured', () => {
    const { instances } = fitProfile(profileOf(points));
    const decode = instances.find(({ instance }) => instance === 'd0')!;
    for (const { clockMhz, latencyMs } of decode.levels) {
      const expected = truth.latencyMs(clockMhz);
      expect(latencyMs.perSequence).to.be.closeTo(expected.perSequence, 1e-6);
      expect(latencyMs.perToken).to.be.closeTo(expected.perToken, 1e-9);
      expect(latencyMs.constant).to.be.closeTo(expected.constant, 1e-4);
    }
    expect(decode.range).to.deep.equal({ batch: [4, 64], tokens: [4096, 81_920] });
  });

  it('takes idle power measured at the clock, or at the nearest, of all GPUs of the instance', () => {
    const idleOf = (instance: string, tp: number): number[] =>
      fitProfile(profileOf(points, tp))
        .instances.find((fit) => fit.instance === instance)!
        .levels.map(({ idleW }) => idleW);
    expect(idleOf('d0', 1)).to.deep.equal([57, 57, 78]);
    expect(idleOf('p0', 2)).to.deep.equal([120, 120, 120]);
  });

  it('groups a point by the clock that was asked for: a capped one belongs to its lock', () => {
    const capped = points.map((point) =>
      point.phase === 'prefill' && point.requestedClockMhz === 1410 ? { ...point, clockMhz: 1290, capped: true } : point,
    );
    const prefill = fitProfile(profileOf(capped)).instances.find(({ phase }) => phase === 'prefill')!;
    expect(prefill.levels.map(({ clockMhz }) => clockMhz)).to.deep.equal(LEVELS_MHZ);
  });

  it('lists per clock the mean of what was measured', () => {
    const { dvfs } = fitProfile(profileOf([...points].reverse()));
    expect(dvfs.decode.map(({ clockMhz }) => clockMhz)).to.deep.equal(LEVELS_MHZ);
    expect(dvfs.decode[1]!.powerW).to.be.closeTo(truth.powerW(1005), 1e-9);
    const at1005 = points.filter(({ phase, clockMhz }) => phase === 'prefill' && clockMhz === 1005).map(({ latencyMs }) => latencyMs);
    expect(dvfs.prefill[1]!.latencyMs).to.be.closeTo(at1005.reduce((sum, ms) => sum + ms, 0) / at1005.length, 1e-9);
  });

  it('ignores invalid points altogether', () => {
    const invalid = points.slice(0, 3).map((point) => ({ ...wild(point), valid: false }));
    expect(fitProfile(profileOf([...points, ...invalid]))).to.deep.equal(fitProfile(profileOf(points)));
  });

  it('fails clearly when a phase has no valid point', () => {
    const noDecode = points.map((point) => (point.phase === 'decode' ? { ...point, valid: false } : point));
    for (const [measured, phase] of [
      [noDecode, 'decode'],
      [decodePoints(), 'prefill'],
      [[], 'prefill'],
    ] as const) {
      expect(() => fitProfile(profileOf(measured)))
        .to.throw(VoltanaError, `no valid ${phase} point`)
        .with.property('code', 'MEASUREMENT_INVALID');
    }
  });
});

describe('the quality of a fit', () => {
  const decodeQuality = (measured: readonly ProfilePoint[], tp = 1) =>
    fitProfile(profileOf([...prefillPoints(), ...measured], tp)).quality.decode;

  it('is perfect on a linear device, and counts every point once', () => {
    for (const tp of [1, 2]) {
      // The energy of a point is that of all GPUs, its power that of one.
      const measured = [...decodePoints('d0'), ...decodePoints('d1')].map((point) => ({ ...point, energyJ: point.energyJ * tp }));
      const { latencyMapePct, powerMapePct, r2, heldOutPoints } = decodeQuality(measured, tp);
      expect(latencyMapePct).to.be.below(1e-4);
      expect(powerMapePct).to.be.below(1e-4);
      expect(r2).to.be.closeTo(1, 1e-6);
      expect(heldOutPoints).to.equal(measured.length);
    }
  });

  it('is on points that the fit had not seen: three coefficients meet three points, and the fit does not', () => {
    const threeLoads = decodePoints().filter(({ batch, contextTokens }) => batch !== 40 && contextTokens !== 512);
    // Each was left out of a fit to the two others, which cannot tell the coefficients apart. Seen, all would be met.
    expect(decodeQuality(threeLoads).latencyMapePct).to.be.above(5);
    expect(decodeQuality(decodePoints()).latencyMapePct).to.be.below(1e-4);
  });

  it('shows one wildly wrong point, in latency and in r2', () => {
    const measured = decodePoints();
    const spoilt = measured.map((point, i) => (i === 7 ? wild(point) : point));
    const { latencyMapePct, r2 } = decodeQuality(spoilt);
    expect(latencyMapePct).to.be.above(5);
    expect(r2).to.be.below(0.5);
  });

  it('is unknown, not perfect, when nothing can be left out', () => {
    const two = decodePoints().filter(({ batch }) => batch === 4 || batch === 64);
    expect(decodeQuality(two)).to.deep.equal({ latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 });
  });
});
