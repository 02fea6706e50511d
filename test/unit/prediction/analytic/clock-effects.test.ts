import { expect } from 'chai';
import { bandwidthScale, computeScale, dynamicScale, idlePowerW } from '../../../../src/prediction/analytic/clock-effects.ts';
import { A100, deviceOf } from '../../../fixtures/devices.ts';

describe('what the SM clock changes', () => {
  const device = deviceOf();

  it('compute follows the clock in proportion', () => {
    expect(computeScale(device, 1410)).to.equal(1);
    expect(computeScale(device, 705)).to.equal(0.5);
  });

  it('achieved bandwidth has the measured ratios 1309 : 1645 : 1802 at 690, 930 and 1170 MHz', () => {
    const top = bandwidthScale(device, 1170);
    expect(bandwidthScale(device, 690) / top).to.be.closeTo(1309 / 1802, 0.01);
    expect(bandwidthScale(device, 930) / top).to.be.closeTo(1645 / 1802, 0.01);
  });

  it('bandwidth is flat near the top clock and in proportion to a low one', () => {
    expect(bandwidthScale(device, 1410) / bandwidthScale(device, 1305)).to.be.within(1, 1.02);
    expect(bandwidthScale(device, 420) / bandwidthScale(device, 210)).to.be.closeTo(2, 0.01);
  });

  it('dynamic power is linear in the clock up to the knee, where the voltage is flat, and steeper above', () => {
    const perMhz = (mhz: number): number => dynamicScale(device, mhz) / mhz;
    expect(perMhz(990)).to.be.closeTo(perMhz(210), 1e-12);
    expect(perMhz(1200)).to.be.above(perMhz(1005) * 1.1);
    expect(dynamicScale(device, 1410)).to.be.closeTo(1, 1e-12);
  });

  it('a device whose knee comes later pays less just above the knee of the card', () => {
    const late = { ...device, kneeMhz: device.kneeMhz * 1.08 };
    expect(dynamicScale(late, 1170)).to.be.below(dynamicScale(device, 1170));
    expect(dynamicScale(late, 1410)).to.be.closeTo(1, 1e-12);
  });

  it('idle power is the table at its clocks, in between on the line, and its ends beyond', () => {
    for (const [mhz, watts] of A100.power.idleW) expect(idlePowerW(device, mhz)).to.equal(watts);
    expect(idlePowerW(device, 1290)).to.be.closeTo(71, 1e-9);
    expect(idlePowerW(device, 100)).to.equal(56);
    expect(idlePowerW(device, 1980)).to.equal(78);
  });
});
