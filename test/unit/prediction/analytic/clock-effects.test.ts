import { expect } from 'chai';
import { clockEffects, computeScale, idlePowerW } from '../../../../src/prediction/analytic/clock-effects.ts';
import { createDevice } from '../../../../src/prediction/analytic/device.ts';
import { BY_THE_CARD } from '../../../../src/prediction/analytic/personality.ts';
import { A100, CLOCKS_MHZ, ENGINE, LLAMA, deviceOf } from '../../../fixtures/devices.ts';

describe('what the SM clock changes', () => {
  const device = deviceOf();
  const bandwidth = (mhz: number): number => clockEffects(device, mhz).bandwidth;
  const dynamic = (mhz: number, of = device): number => clockEffects(of, mhz).dynamic;

  it('compute follows the clock in proportion', () => {
    expect(computeScale(device, 1410)).to.equal(1);
    expect(computeScale(device, 705)).to.equal(0.5);
  });

  it('achieved bandwidth rises with the clock to that at the top, and less and less', () => {
    const curve = CLOCKS_MHZ.map(bandwidth);
    expect(curve.at(-1)).to.be.closeTo(1, 1e-12);
    for (const [i, here] of curve.slice(1).entries()) expect(here).to.be.above(curve[i]!);
    const gain = (from: number, to: number): number => (bandwidth(to) - bandwidth(from)) / (to - from);
    expect(gain(1200, 1410)).to.be.below(gain(600, 810) / 2);
  });

  it('achieved bandwidth falls less than the clock: the path to the memory has a floor', () => {
    expect(bandwidth(420) / bandwidth(210)).to.be.below(1.9);
  });

  it('dynamic power is linear in the clock up to the knee, where the voltage is flat, and steeper above', () => {
    const perMhz = (mhz: number): number => dynamic(mhz) / mhz;
    const kneeMhz = Math.floor(A100.power.kneeMhz / 15) * 15;
    expect(perMhz(kneeMhz)).to.be.closeTo(perMhz(210), 1e-12);
    expect(perMhz(1410)).to.be.closeTo(perMhz(210) / A100.power.voltageFloor ** 2, 1e-9);
    expect(perMhz(1305)).to.be.within(perMhz(kneeMhz), perMhz(1410));
    expect(dynamic(1410)).to.be.closeTo(1, 1e-12);
  });

  it('a device whose knee comes later pays less just above the knee of the card', () => {
    const late = createDevice(A100, LLAMA, ENGINE, 1, { ...BY_THE_CARD, knee: 1.08 });
    expect(dynamic(1170, late)).to.be.below(dynamic(1170));
    expect(dynamic(1410, late)).to.be.closeTo(1, 1e-12);
  });

  it('idle power is the table at its clocks, in between on the line, and its ends beyond', () => {
    for (const [mhz, watts] of A100.power.idleW) expect(idlePowerW(device, mhz)).to.be.closeTo(watts, 1e-9);
    expect(idlePowerW(device, 1290)).to.be.closeTo(71, 1e-9);
    expect(idlePowerW(device, 100)).to.equal(56);
    expect(idlePowerW(device, 1980)).to.equal(78);
  });

  it('lies on the curve between two steps of its table, to 1e-4', () => {
    const { kneeMhz, voltageFloor, voltageExponent } = A100.power;
    for (const mhz of [1102.5, 1253.1, 1391.7]) {
      const voltage = voltageFloor + (1 - voltageFloor) * ((mhz - kneeMhz) / (1410 - kneeMhz)) ** voltageExponent;
      expect(dynamic(mhz)).to.be.closeTo((voltage ** 2 * mhz) / 1410, 1e-4);
    }
  });
});
