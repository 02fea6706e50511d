import { expect } from 'chai';
import { energyJ, meanPowerW } from '../../../src/telemetry/energy.ts';
import { tracksOf, type MeterSample } from '../../../src/telemetry/meter-sample.ts';
import { MeterTally } from '../../../src/telemetry/meter-tally.ts';
import { clockResidency, meanClockMhz } from '../../../src/telemetry/residency.ts';
import { createRandom } from '../../../src/statistics/random.ts';

const CLOCKS = [690, 1005, 1200, 1410];

/** A run of many samples, with a power and a clock that change all the time. */
function samples(count: number): MeterSample[] {
  const random = createRandom(5);
  let energyJ = 0;
  let appliedMhz = 1410;
  return Array.from({ length: count }, (_, i) => {
    const powerW = 80 + 300 * random.next();
    energyJ += powerW * 0.1;
    if (random.next() < 0.02) appliedMhz = CLOCKS[Math.floor(random.next() * CLOCKS.length)]!;
    return { instance: 'd0', role: 'decode', atMs: i * 100, energyJ, powerW, appliedMhz };
  });
}

const tallied = (all: readonly MeterSample[], startMs: number, most: number) => {
  const tally = new MeterTally(startMs, most);
  for (const sample of all) tally.add(sample);
  return tally.tracks();
};

const residencyOf = (tracks: ReturnType<typeof tracksOf>, startMs: number, endMs: number) =>
  Object.fromEntries(clockResidency(tracks, { startMs, endMs }).map(({ mhz, fraction }) => [mhz, fraction]));

describe('MeterTally', () => {
  const all = samples(40_000);
  const span = { startMs: 1230, endMs: 3_996_040 };
  const whole = tracksOf(all);
  const thin = tallied(all, span.startMs, 600);

  it('keeps few samples of many, evenly, and the newest as they are', () => {
    const kept = thin[0]!.samples;
    expect(kept.length).to.be.within(300, 600);
    expect(kept.slice(-100)).to.deep.equal(all.slice(-100));
    const gaps = kept.slice(0, -200).map((sample, i) => kept[i + 1]!.atMs - sample.atMs);
    expect(Math.max(...gaps)).to.be.at.most(4 * Math.max(1, gaps.sort((a, b) => a - b)[gaps.length >> 1]!));
  });

  it('loses no joule and no clock of the span', () => {
    expect(energyJ(thin, span)).to.be.closeTo(energyJ(whole, span)!, 1e-6);
    const [kept, exact] = [residencyOf(thin, span.startMs, span.endMs), residencyOf(whole, span.startMs, span.endMs)];
    expect(Object.keys(kept)).to.deep.equal(Object.keys(exact));
    for (const mhz of Object.keys(exact)) expect(kept[mhz]).to.be.closeTo(exact[mhz]!, 1e-9);
    expect(meanClockMhz(thin[0]!, span)).to.be.closeTo(meanClockMhz(whole[0]!, span)!, 1e-6);
  });

  it('still tells power and clock of any stretch, at its resolution', () => {
    const stretch = { startMs: 1_000_000, endMs: 1_400_000 };
    expect(meanPowerW(thin, stretch)! / meanPowerW(whole, stretch)!).to.be.within(0.98, 1.02);
    expect(meanClockMhz(thin[0]!, stretch)! / meanClockMhz(whole[0]!, stretch)!).to.be.within(0.97, 1.03);
  });

  it('is the samples themselves while they are few', () => {
    const few = samples(500);
    expect(tallied(few, 0, 600)).to.deep.equal(tracksOf(few));
  });

  it('keeps of what came before the run only the last reading', () => {
    const [track] = tallied(samples(50), 1050, 600);
    expect(track!.samples[0]!.atMs).to.equal(1000);
  });

  it('does not thin away that a counter was reset', () => {
    const broken = all.map((sample, i) => (i < 9001 ? sample : { ...sample, energyJ: sample.energyJ - all[9000]!.energyJ }));
    expect(energyJ(tallied(broken, span.startMs, 600), span)).to.equal(null);
  });
});
