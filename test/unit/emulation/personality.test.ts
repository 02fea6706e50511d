import { expect } from 'chai';
import { createEmulatedInstance, emulatedDevice } from '../../../src/emulation/instance.ts';
import { drawPersonality } from '../../../src/emulation/personality.ts';
import type { EngineEvent } from '../../../src/emulation/types.ts';
import type { Personality } from '../../../src/prediction/analytic/personality.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { specOf } from '../../fixtures/devices.ts';
import { drain } from '../../fixtures/emulation.ts';

const SPREADS: Record<keyof Personality, number> = {
  gemm: 0.15,
  attention: 0.15,
  bandwidth: 0.15,
  overhead: 0.15,
  knee: 0.08,
  activePower: 0.2,
  dynamicPower: 0.08,
  tile: 0.25,
  sensorGain: 0.03,
};

describe('the personality of an emulated device', () => {
  const drawn = Array.from({ length: 400 }, (_, seed) => drawPersonality(createRandom(seed)));

  for (const [key, spread] of Object.entries(SPREADS) as [keyof Personality, number][]) {
    it(`draws ${key} all over the card's value +-${spread * 100} %, and centred on it`, () => {
      const values = drawn.map((personality) => personality[key]);
      expect(Math.min(...values)).to.be.within(1 - spread, 1 - 0.95 * spread);
      expect(Math.max(...values)).to.be.within(1 + 0.95 * spread, 1 + spread);
      expect(values.reduce((sum, value) => sum + value, 0) / values.length).to.be.closeTo(1, spread * 0.15);
    });
  }

  it('draws each of them by itself', () => {
    for (const personality of drawn.slice(0, 20)) {
      const deviations = (Object.keys(SPREADS) as (keyof Personality)[]).map((key) => ((personality[key] - 1) / SPREADS[key]).toFixed(9));
      expect(new Set(deviations).size).to.equal(deviations.length);
    }
  });

  const behaviour = (seed: number): { events: EngineEvent[]; energyJ: number } => {
    const machine = createEmulatedInstance(specOf('decode', { seed }), 0);
    machine.submit({ id: 'a', room: 0, promptTokens: 1000, maxTokens: 20 }, 0);
    machine.lockClock(900, 50);
    const events = drain(machine);
    return { events, energyJ: machine.reading(1000).energyJ };
  };

  it('is the same device again from the same seed, settle times included', () => {
    expect(behaviour(11)).to.deep.equal(behaviour(11));
    expect(emulatedDevice(specOf('decode', { seed: 11 }))).to.deep.equal(emulatedDevice(specOf('decode', { seed: 11 })));
  });

  it('is another device from another seed', () => {
    const [one, other] = [behaviour(11), behaviour(12)];
    expect(one.events.at(-1)!.atMs).to.not.equal(other.events.at(-1)!.atMs);
    expect(one.energyJ).to.not.equal(other.energyJ);
  });

  it('is hidden: what an instance offers does not tell it', () => {
    expect(createEmulatedInstance(specOf('decode', { seed: 11 }), 0).load()).to.deep.equal(
      createEmulatedInstance(specOf('decode', { seed: 12 }), 0).load(),
    );
  });
});
