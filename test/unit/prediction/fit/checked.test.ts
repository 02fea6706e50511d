import { expect } from 'chai';
import type { ProfilePoint } from '../../../../src/domain/profile.ts';
import { checkedData, shortcomings } from '../../../../src/prediction/fit/checked.ts';
import { decodePoints, prefillPoints, profileOf } from '../../../fixtures/profiles.ts';

const good = decodePoints();
const checked = (points: readonly ProfilePoint[], tp = 1) => checkedData(profileOf(points, tp));
const changed = (over: Partial<ProfilePoint>): ProfilePoint => ({ ...good[0]!, ...over });

describe('checking the points of a profile', () => {
  it('leaves out what cannot be, and says how many', () => {
    for (const over of [
      { latencyMs: NaN },
      { latencyMs: 0 },
      { latencyMs: -4 },
      { powerW: Infinity },
      { powerW: -1 },
      { energyJ: 0 },
      { batch: 0 },
      { contextTokens: NaN },
      { requestedClockMhz: -1 },
    ]) {
      const { instances, warnings } = checked([...good, changed(over)]);
      expect(instances[0]!.points.length, JSON.stringify(over)).to.equal(good.length);
      expect(warnings).to.deep.equal(['1 point is left out: a figure is missing, zero, negative or not a number']);
    }
  });

  it('counts a point once that stands there twice, and keeps one that was measured twice', () => {
    const twice = checked([...good, good[0]!, good[1]!]);
    expect(twice.instances[0]!.points.length).to.equal(good.length);
    expect(twice.warnings).to.deep.equal(['2 points are left out: the very same stands in the profile already']);
    const again = checked([...good, changed({ latencyMs: good[0]!.latencyMs * 1.01 })]);
    expect(again.instances[0]!.points.length).to.equal(good.length + 1);
    expect(again.warnings).to.deep.equal([]);
  });

  it('does not fit invalid points nor the control', () => {
    const { instances, warnings } = checked([...good, changed({ valid: false, latencyMs: 99 }), changed({ control: true, latencyMs: 98 })]);
    expect(instances[0]!.points.length).to.equal(good.length);
    expect(warnings).to.deep.equal([]);
  });

  it('keeps instances apart, and counts the power of all GPUs of one', () => {
    const { instances } = checked([...good, ...decodePoints('d1'), ...prefillPoints('p0')], 2);
    expect(instances.map(({ instance, phase }) => `${phase} ${instance}`)).to.deep.equal(['decode d0', 'decode d1', 'prefill p0']);
    expect(instances[0]!.points[0]!.powerW).to.equal(2 * good[0]!.powerW);
    expect(instances[0]!.idle.map(({ powerW }) => powerW)).to.deep.equal([114, 156]);
  });

  it('says what the measurements cannot tell', () => {
    const shortOf = (points: readonly ProfilePoint[]): string[] => shortcomings(checked(points).instances[0]!);
    expect(shortOf(good)).to.deep.equal([]);
    expect(shortOf(good.filter(({ clockMhz }) => clockMhz === 1005))[0]).to.match(/at 1005 MHz only/);
    expect(shortOf(good.filter(({ batch, contextTokens }) => batch === 24 && contextTokens === 512))[0]).to.match(/one load only/);
    expect(shortOf(good.map((point) => ({ ...point, latencyMs: 7 })))[0]).to.match(/took 7 ms whatever/);
    expect(shortOf(good.map((point) => ({ ...point, instance: 'd9' })))[0]).to.match(/never measured idle/);
  });
});
