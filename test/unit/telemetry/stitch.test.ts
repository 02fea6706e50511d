import { expect } from 'chai';
import { energyJ } from '../../../src/telemetry/energy.ts';
import { tracksOf, type MeterSample } from '../../../src/telemetry/meter-sample.ts';
import { later, StitchedMeters } from '../../../src/telemetry/stitch.ts';
import { completed } from '../../fixtures/outcomes.ts';

/** One meter at a steady power, read every 200 ms. */
const steady = (powerW: number, fromMs: number, toMs: number, counterJ: number): MeterSample[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / 200) + 1 }, (_, i) => ({
    instance: 'p0',
    role: 'prefill',
    atMs: fromMs + 200 * i,
    energyJ: counterJ + (powerW * 200 * i) / 1000,
    powerW,
    appliedMhz: 1000,
  }));

describe('stretches of a run, stitched', () => {
  it('counts the joules of both, and none of what lay between, whatever their counters showed', () => {
    const meters = new StitchedMeters();
    const first = meters.stretch(steady(100, -400, 10_400, 5000), { startMs: 0, endMs: 10_000 }, 0);
    // The engines were started anew: their counters, too.
    const second = meters.stretch(steady(300, -400, 6400, 1), { startMs: 0, endMs: 6000 }, 10_000);
    const tracks = tracksOf([...first, ...second]);
    expect(energyJ(tracks, { startMs: 0, endMs: 16_000 })).to.be.closeTo(100 * 10 + 300 * 6, 1e-6);
    expect(energyJ(tracks, { startMs: 0, endMs: 10_000 })).to.be.closeTo(1000, 1e-6);
  });

  it('shows a hole where a meter did not reach', () => {
    const meters = new StitchedMeters();
    const first = meters.stretch(steady(100, -400, 10_400, 0), { startMs: 0, endMs: 10_000 }, 0);
    const second = meters.stretch(steady(100, -400, 2000, 0), { startMs: 0, endMs: 6000 }, 10_000);
    expect(second).to.deep.equal([]);
    expect(energyJ(tracksOf([...first, ...second]), { startMs: 0, endMs: 16_000 })).to.equal(null);
  });

  it('shows a reset within a stretch: nobody knows then what was drawn', () => {
    const meters = new StitchedMeters();
    const first = meters.stretch(steady(100, -400, 10_400, 0), { startMs: 0, endMs: 10_000 }, 0);
    const anew = [...steady(100, -400, 2000, 5000), ...steady(100, 2200, 6400, 0)];
    const second = meters.stretch(anew, { startMs: 0, endMs: 6000 }, 10_000);
    expect(energyJ(tracksOf([...first, ...second]), { startMs: 0, endMs: 16_000 })).to.equal(null);
  });

  it('moves all times of a request, and no length', () => {
    const one = completed({ id: 'r1', intendedMs: 10, ttftMs: 100, gapMs: 20, tokens: 3 });
    const moved = later(one, 5000);
    expect([moved.intendedMs, moved.sentMs - one.sentMs, moved.firstTokenMs! - one.firstTokenMs!, moved.endMs! - one.endMs!]).to.deep.equal(
      [5010, 5000, 5000, 5000],
    );
    expect(moved.gapsMs).to.deep.equal(one.gapsMs);
  });
});
