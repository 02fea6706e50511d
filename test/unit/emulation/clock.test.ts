import { expect } from 'chai';
import { createEmulatedInstance, emulatedDevice } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance } from '../../../src/emulation/types.ts';
import { idlePowerW } from '../../../src/prediction/analytic/clock-effects.ts';
import { estimateIteration, type AnalyticEstimate } from '../../../src/prediction/analytic/estimate.ts';
import { prefillWork } from '../../../src/prediction/analytic/work.ts';
import { A100, CLOCKS_MHZ, specOf } from '../../fixtures/devices.ts';
import { drain } from '../../fixtures/emulation.ts';

const SPEC = specOf('prefill');
const DEVICE = emulatedDevice(SPEC);
const {
  callMs,
  settleMs: [SHORTEST_MS, LONGEST_MS],
} = A100.lock;
const PROMPT_TOKENS = 4096;
const at = (clockMhz: number): AnalyticEstimate =>
  estimateIteration(DEVICE, prefillWork([{ newTokens: PROMPT_TOKENS, pastTokens: 0 }]), clockMhz);
const start = (seed = 7): EmulatedInstance => createEmulatedInstance(specOf('prefill', { seed }), 0);
const submit = (machine: EmulatedInstance, nowMs = 0): void =>
  machine.submit({ id: 'a', room: 0, promptTokens: PROMPT_TOKENS, maxTokens: 1 }, nowMs);

describe('the clock lock of an emulated instance', () => {
  it('takes the time of a driver call, is read back at once, and holds after settling', () => {
    const machine = start();
    expect(machine.lockClock(600, 100)).to.equal(callMs);
    const settlesAtMs = machine.nextEventMs();
    expect(settlesAtMs).to.be.within(100 + callMs + SHORTEST_MS, 100 + callMs + LONGEST_MS);
    expect(machine.reading(settlesAtMs - 0.01)).to.include({ lockedMhz: 600, appliedMhz: 1410 });
    expect(machine.reading(settlesAtMs)).to.include({ lockedMhz: 600, appliedMhz: 600 });
    expect(machine.nextEventMs()).to.equal(Infinity);
  });

  it('settles anywhere within the range of the card', () => {
    const times = Array.from({ length: 200 }, (_, seed) => {
      const machine = start(seed);
      machine.lockClock(600, 0);
      return machine.nextEventMs() - callMs;
    });
    expect(Math.min(...times)).to.be.within(SHORTEST_MS, SHORTEST_MS + 2);
    expect(Math.max(...times)).to.be.within(LONGEST_MS - 2, LONGEST_MS);
  });

  it('is the last one asked for: an earlier one that has not settled never holds', () => {
    const machine = start();
    machine.lockClock(600, 0);
    machine.lockClock(1200, 2);
    const settlesAtMs = machine.nextEventMs();
    expect(machine.reading(settlesAtMs - 0.01).appliedMhz).to.equal(1410);
    expect(machine.reading(settlesAtMs)).to.include({ appliedMhz: 1200, lockedMhz: 1200 });
    expect(machine.nextEventMs()).to.equal(Infinity);
  });

  it('is given back: null returns to the top clock', () => {
    const machine = start();
    machine.lockClock(600, 0);
    machine.lockClock(null, 200);
    expect(machine.reading(300)).to.include({ lockedMhz: null, appliedMhz: 1410 });
  });

  it('refuses what is not in the table, and changes nothing', () => {
    const machine = start();
    for (const clockMhz of [0, 195, 217, 1425, NaN, 600.5])
      expect(() => machine.lockClock(clockMhz, 10)).to.throw(RangeError, '210..1410 MHz');
    expect(machine.nextEventMs()).to.equal(Infinity);
    expect(machine.reading(10).lockedMhz).to.equal(null);
  });

  it('offers the whole table of the card', () => {
    expect(start().supportedMhz()).to.deep.equal(CLOCKS_MHZ);
    expect([CLOCKS_MHZ.length, CLOCKS_MHZ[0], CLOCKS_MHZ.at(-1)]).to.deep.equal([81, 210, 1410]);
  });
});

describe('an iteration in flight when the clock changes', () => {
  it('does what is left of it at the new pace: no work is lost or done twice', () => {
    const machine = start();
    submit(machine);
    machine.lockClock(705, 20);
    const settlesAtMs = machine.nextEventMs();
    const leftFraction = 1 - settlesAtMs / at(1410).latencyMs;
    expect(leftFraction).to.be.within(0.1, 0.95);
    expect(drain(machine)[0]!.atMs).to.be.closeTo(settlesAtMs + leftFraction * at(705).latencyMs, 1e-9);
  });

  it('draws the power of the new clock from then on', () => {
    const machine = start();
    const gain = DEVICE.personality.sensorGain;
    submit(machine);
    machine.lockClock(705, 20);
    const settlesAtMs = machine.nextEventMs();
    expect(machine.reading(settlesAtMs - 0.01).powerW).to.be.closeTo(at(1410).powerW * gain, 1e-9);
    expect(machine.reading(settlesAtMs).powerW).to.be.closeTo(at(705).powerW * gain, 1e-9);
  });

  it('takes the same time through several changes as their parts', () => {
    const machine = start();
    submit(machine);
    let [doneFraction, sinceMs, clockMhz] = [0, 0, 1410];
    for (const [nextMhz, askedMs] of [
      [900, 10],
      [600, 80],
      [1200, 160],
    ] as const) {
      machine.lockClock(nextMhz, askedMs);
      const settlesAtMs = machine.nextEventMs();
      machine.advance(settlesAtMs);
      doneFraction += (settlesAtMs - sinceMs) / at(clockMhz).latencyMs;
      [sinceMs, clockMhz] = [settlesAtMs, nextMhz];
    }
    expect(doneFraction).to.be.below(1);
    expect(drain(machine)[0]!.atMs).to.be.closeTo(sinceMs + (1 - doneFraction) * at(1200).latencyMs, 1e-6);
  });
});

describe('the power of an emulated instance', () => {
  it('is idle power at the clock when nothing runs, and the sensor shows it with its gain', () => {
    const machine = start();
    const gain = DEVICE.personality.sensorGain;
    expect(gain).to.not.equal(1);
    expect(machine.reading(1000)).to.deep.include({ powerW: idlePowerW(DEVICE, 1410) * gain, energyJ: idlePowerW(DEVICE, 1410) * gain });
    machine.lockClock(600, 1000);
    machine.advance(2000);
    expect(machine.reading(2000).powerW).to.be.closeTo(idlePowerW(DEVICE, 600) * gain, 1e-9);
  });

  it('returns to idle after the last iteration', () => {
    const machine = start();
    submit(machine);
    const [finished] = drain(machine);
    const idleW = machine.reading(finished!.atMs).powerW;
    expect(idleW).to.equal(start().reading(0).powerW);
    const before = machine.reading(finished!.atMs).energyJ;
    expect(machine.reading(finished!.atMs + 1000).energyJ - before).to.be.closeTo(idleW, 1e-9);
  });

  it('is held at the limit: the applied clock falls to a step of the table, and the reading says so', () => {
    const machine = start();
    machine.submit({ id: 'a', room: 0, promptTokens: 8192, maxTokens: 1 }, 0);
    const { appliedMhz, throttled, powerW } = machine.reading(1);
    expect(throttled).to.equal(true);
    expect(CLOCKS_MHZ).to.include(appliedMhz);
    expect(appliedMhz).to.be.below(1410);
    expect(powerW / DEVICE.personality.sensorGain).to.be.within(A100.power.limitW - 1, A100.power.limitW);
    drain(machine);
    expect(machine.reading(10_000).throttled).to.equal(false);
  });

  it('counts all GPUs of an instance', () => {
    const pair = createEmulatedInstance(specOf('prefill', { tp: 2 }), 0);
    expect(pair.reading(0).powerW).to.be.closeTo(2 * start().reading(0).powerW, 1e-9);
  });
});
