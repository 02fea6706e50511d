import { expect } from 'chai';
import type { GpuCard } from '../../../src/domain/cards.ts';
import { createEmulatedInstance } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance } from '../../../src/emulation/types.ts';
import { BY_THE_CARD } from '../../../src/prediction/analytic/personality.ts';
import { A100, specOf } from '../../fixtures/devices.ts';

const CONSTANT_S = 45;
const LEAKAGE_PCT = 10;
const THERMAL: GpuCard = { ...A100, thermal: { constantS: CONSTANT_S, leakagePct: LEAKAGE_PCT } };
const IDLE_W = A100.power.idleW.at(-1)![1];
const SHARE = (LEAKAGE_PCT / 100) * (IDLE_W / A100.power.limitW);

const { thermal: _, ...COLD } = THERMAL;
const start = (gpu: GpuCard): EmulatedInstance => createEmulatedInstance({ ...specOf('decode', { gpu }), personality: BY_THE_CARD }, 0);
/** Keeps it busy until `untilMs`. */
const load = (machine: EmulatedInstance, untilMs: number, fromMs = 0): void => {
  for (let i = 0; i < 64; i++) machine.submit({ id: `${fromMs}-${i}`, room: 0, promptTokens: 1000, maxTokens: 6000 }, fromMs);
  machine.advance(untilMs);
  for (let i = 0; i < 64; i++) machine.cancel(`${fromMs}-${i}`, untilMs);
};

describe('leakage that follows temperature', () => {
  it('changes nothing on a card that does not tell of it, and nothing on a GPU that only idles', () => {
    const [with_, without] = [start(THERMAL), start(COLD)];
    expect(with_.reading(3_600_000)).to.deep.equal(without.reading(3_600_000));
  });

  it('lets a GPU just loaded draw less, and one just idle more, than it will in the end', () => {
    const [warm, flat] = [start(THERMAL), start(COLD)];
    load(warm, 20_000);
    load(flat, 20_000);
    expect(warm.reading(20_000).energyJ).to.be.below(flat.reading(20_000).energyJ);
    const idle = warm.reading(30_000);
    expect(idle.powerW).to.be.above(IDLE_W + 0.5);
    expect(warm.reading(30_000 + 10 * CONSTANT_S * 1000).powerW).to.be.closeTo(IDLE_W, 0.01);
  });

  it('forgets with its constant', () => {
    const machine = start(THERMAL);
    load(machine, 60_000);
    machine.advance(70_000);
    const aboveW = machine.reading(70_000).powerW - IDLE_W;
    expect((machine.reading(70_000 + CONSTANT_S * 1000).powerW - IDLE_W) / aboveW).to.be.closeTo(Math.exp(-1), 1e-6);
  });

  it('is over a whole warming and cooling no energy at all: figures of a card are those of steady states', () => {
    const [warm, flat] = [start(THERMAL), start(COLD)];
    load(warm, 30_000);
    load(flat, 30_000);
    const lateMs = 30_000 + 20 * CONSTANT_S * 1000;
    const missingJ = flat.reading(30_000).energyJ - warm.reading(30_000).energyJ;
    expect(missingJ).to.be.above(10);
    expect(warm.reading(lateMs).energyJ).to.be.closeTo(flat.reading(lateMs).energyJ, 0.02 * missingJ);
  });

  it('is the integral of the power that is shown, whoever asks and how often', () => {
    const [asked, left] = [start(THERMAL), start(THERMAL)];
    for (const machine of [asked, left]) machine.submit({ id: 'a', room: 0, promptTokens: 1000, maxTokens: 2000 }, 0);
    let [sumJ, lastW] = [0, asked.reading(0).powerW];
    for (let nowMs = 1; nowMs <= 60_000; nowMs++) {
      const { powerW } = asked.reading(nowMs);
      sumJ += (powerW + lastW) / 2000;
      lastW = powerW;
    }
    const { energyJ } = asked.reading(60_000);
    expect(energyJ).to.equal(left.reading(60_000).energyJ);
    expect(energyJ / sumJ).to.be.closeTo(1, 1e-3);
  });

  it('adds no more than its part of idle power', () => {
    const machine = start(THERMAL);
    load(machine, 300_000);
    const aboveW = machine.reading(300_001).powerW - IDLE_W;
    expect(aboveW).to.be.within(0, SHARE * A100.power.limitW);
  });
});

describe('a released GPU', () => {
  const gpu: GpuCard = { ...A100, power: { ...A100.power, bareIdleW: 50 } };

  it('draws what it does without a context, and with one again when its process is back', () => {
    const machine = start(gpu);
    machine.release(true, 1000);
    expect(machine.reading(2000).powerW).to.equal(50);
    machine.release(false, 3000);
    expect(machine.reading(4000)).to.include({ powerW: IDLE_W, energyJ: 2 * IDLE_W + 2 * 50 });
  });

  it('draws as little as at any clock where the card tells nothing of it', () => {
    const { bareIdleW: __, ...power } = gpu.power;
    const machine = start({ ...gpu, power });
    machine.release(true, 0);
    expect(machine.reading(1).powerW).to.equal(56);
  });
});
