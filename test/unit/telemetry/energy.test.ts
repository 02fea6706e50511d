import { expect } from 'chai';
import { energyByRole, energyJ, meanPowerW } from '../../../src/telemetry/energy.ts';
import { sinceStart, tracksOf, type MeterSample } from '../../../src/telemetry/meter-sample.ts';
import { clockResidency, meanClockMhz, roleClockMhz } from '../../../src/telemetry/residency.ts';

const sample = (over: Partial<MeterSample>): MeterSample => ({
  instance: 'p0',
  role: 'prefill',
  atMs: 0,
  energyJ: 0,
  powerW: 100,
  appliedMhz: 1410,
  ...over,
});
const interval = (startMs: number, endMs: number) => ({ startMs, endMs });

describe('energy of an interval', () => {
  const prefill = [sample({}), sample({ atMs: 1000, energyJ: 100 }), sample({ atMs: 3000, energyJ: 500 })];
  const decode = [
    sample({ instance: 'd0', role: 'decode', energyJ: 7 }),
    sample({ instance: 'd0', role: 'decode', atMs: 3000, energyJ: 307 }),
  ];

  it('interpolates the counter at both ends', () => {
    expect(energyJ(tracksOf(prefill), interval(500, 2000))).to.equal(250);
  });

  it('is told per role, and adds up', () => {
    expect(energyByRole(tracksOf([...decode, ...prefill]), interval(0, 3000))).to.deep.equal({ total: 800, prefill: 500, decode: 300 });
  });

  it('sorts samples by time', () => {
    expect(energyJ(tracksOf([...prefill].reverse()), interval(0, 3000))).to.equal(500);
  });

  it('continues at the last power for up to a second, and no further', () => {
    expect(energyJ(tracksOf(prefill), interval(0, 3500))).to.equal(550);
    expect(energyJ(tracksOf(prefill), interval(-500, 0))).to.equal(50);
    expect(energyJ(tracksOf(prefill), interval(0, 4001))).to.equal(null);
    expect(energyJ(tracksOf(prefill), interval(-1001, 100))).to.equal(null);
  });

  it('is unknown after a reset within, not before it', () => {
    const reset = [...prefill, sample({ atMs: 4000, energyJ: 3 }), sample({ atMs: 5000, energyJ: 103 })];
    expect(energyJ(tracksOf(reset), interval(0, 5000))).to.equal(null);
    expect(energyJ(tracksOf(reset), interval(0, 2500))).to.equal(400);
    expect(energyJ(tracksOf(reset), interval(4200, 5000))).to.equal(80);
  });

  it('is unknown without a meter, and when one instance is', () => {
    expect(energyJ([], interval(0, 1))).to.equal(null);
    expect(energyByRole([], interval(0, 1))).to.equal(null);
    expect(energyByRole(tracksOf([...prefill, sample({ instance: 'd0', role: 'decode', atMs: -9000 })]), interval(0, 3000))).to.equal(null);
  });

  it('gives the mean power', () => {
    expect(meanPowerW(tracksOf(prefill), interval(1000, 3000))).to.equal(200);
    expect(meanPowerW(tracksOf(prefill), interval(1000, 1000))).to.equal(null);
  });

  it('moves samples to the start of the run', () => {
    expect(sinceStart([sample({ atMs: 5010 })], 5000)[0]!.atMs).to.equal(10);
  });
});

describe('clock residency', () => {
  const clocks = [
    sample({ atMs: -100, appliedMhz: 1410 }),
    sample({ atMs: 250, appliedMhz: 1005 }),
    sample({ atMs: 500, appliedMhz: 1410 }),
  ];

  it('weighs each clock by how long it held', () => {
    expect(clockResidency(tracksOf(clocks), interval(0, 1000))).to.deep.equal([
      { instance: 'p0', mhz: 1410, fraction: 0.75 },
      { instance: 'p0', mhz: 1005, fraction: 0.25 },
    ]);
    expect(meanClockMhz(tracksOf(clocks)[0]!, interval(0, 500))).to.equal(1207.5);
  });

  it('takes the first clock for the time before it, and drops clocks that held no time', () => {
    expect(clockResidency(tracksOf(clocks), interval(-500, 250))).to.deep.equal([{ instance: 'p0', mhz: 1410, fraction: 1 }]);
  });

  it('is the mean over a role, null for one without instances', () => {
    const tracks = tracksOf([...clocks, sample({ instance: 'p1', appliedMhz: 1000 })]);
    expect(roleClockMhz(tracks, 'prefill', interval(250, 500))).to.equal(1002.5);
    expect(roleClockMhz(tracks, 'decode', interval(0, 500))).to.equal(null);
  });
});
