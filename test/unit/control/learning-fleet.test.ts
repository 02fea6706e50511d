import { expect } from 'chai';
import { FleetControl } from '../../../src/control/fleet-control.ts';
import type { Role } from '../../../src/domain/instance.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import type { Governor } from '../../../src/governing/governor.ts';
import { adaptivePredictor } from '../../../src/prediction/adaptive/adaptive-predictor.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { profiledWith, scheduleAt, SLO, type ProfileError } from '../../bench/tune-live/world.ts';
import { run } from '../../bench/tune-live/run.ts';

const learntUnder = (error: ProfileError) => {
  const schedule = scheduleAt(8, 40, 3);
  return run({ schedule, seed: 3, governor: 'slo', adapts: true, predictorOf: (role) => profiledWith(error, role) }).control;
};

/** Routing may let one of two rest. */
const busiest = (control: FleetControl, role: string) => {
  const [one, other] = [0, 1].map((number) => ({ id: `${role}${number}`, learnt: control.learnt(`${role}${number}`)! }));
  return one!.learnt.accepted > other!.learnt.accepted ? one! : other!;
};

const flat: Predictor = {
  clockRangeMhz: [690, 1410],
  evidence: 'emulated',
  predict: () => ({ latencyMs: 20, powerW: 200, idleW: 60, errorPct: null, inRange: true }),
};

/** A decode instance alone, with a meter. */
function decodeAlone(governor: Governor = createGovernor('max', {})) {
  const learning = adaptivePredictor(flat, 'decode');
  const instance = (id: string, role: Role) => ({
    id,
    role,
    gpuCount: 1,
    supportedMhz: [690, 1050, 1410],
    startMhz: 1410,
    predictor: flat,
  });
  const control = new FleetControl({
    instances: [instance('p0', 'prefill'), { ...instance('d0', 'decode'), predictor: learning, learning }],
    slo: SLO,
    governor,
    routing: createRouting('round-robin', createRandom(1)),
    maxTransitionsPerS: 2,
    dwellMs: 400,
  });
  return { control, learning };
}

/** Readings every half second while one request streams. */
function meteredFor(control: FleetControl, seconds: number, powerW: number, meterAheadMs = 0): void {
  control.arrive({ id: 'r', arrivalMs: 0, promptTokens: 500 }, 0);
  control.dispatch(0);
  control.tracker.prefillDone('r', 50);
  control.tracker.tokens('r', 1, 60);
  for (let ms = 500; ms <= 1000 * seconds; ms += 500) {
    control.evaluate('d0', ms);
    control.metered('d0', { energyJ: (powerW * ms) / 1000, atMs: ms + meterAheadMs }, ms);
  }
}

describe('a fleet whose predictors learn from their meters', () => {
  it('learns a power that is 10 % off, of both phases, within 40 s of simulated traffic', () => {
    const control = learntUnder({ power: 1 / 1.1 });
    // Told by the clocks at which each phase works most at this load; unadapted, both are 9 % off.
    for (const [role, load, clockMhz] of [
      ['p', { batch: 1, tokens: 1000 }, 900],
      ['d', { batch: 30, tokens: 30_000 }, 450],
    ] as const) {
      const { id, learnt } = busiest(control, role);
      const truth = profiledWith({}, role === 'p' ? 'prefill' : 'decode').predict(load, clockMhz).powerW;
      expect(control.instance(id).predictor.predict(load, clockMhz).powerW / truth, role).to.be.closeTo(1, 0.04);
      expect(Math.abs(learnt.correctionPct), role).to.be.below(2);
    }
  });

  it('learns latencies that are 10 % off, of both phases, hand-overs or not', () => {
    const control = learntUnder({ latency: 1 / 1.1 });
    for (const role of ['p', 'd']) expect(busiest(control, role).learnt.correctionPct, role).to.be.within(7.5, 12.5);
  });

  it('leaves a profile alone that is right', () => {
    const control = learntUnder({});
    for (const id of ['p0', 'p1', 'd0', 'd1']) {
      expect(Math.abs(control.learnt(id)!.powerCorrectionPct), id).to.be.below(2);
      expect(Math.abs(control.learnt(id)!.correctionPct), id).to.be.below(1);
    }
  });

  it('does not mind that the meter counts from another time', () => {
    const { control, learning } = decodeAlone();
    meteredFor(control, 40, 220, -1e9);
    expect(learning.predict({ batch: 1, tokens: 501 }, 1410).powerW).to.be.closeTo(220, 6);
  });

  it('learns nothing from a meter that stands still', () => {
    const { control, learning } = decodeAlone();
    meteredFor(control, 5, 200);
    const before = learning.learnt();
    for (let ms = 5500; ms < 15_000; ms += 500) control.metered('d0', { energyJ: 1000, atMs: 5000 }, ms);
    expect(learning.learnt().powerAccepted).to.equal(before.powerAccepted);
    expect(learning.learnt().powerCorrectionPct).to.equal(before.powerCorrectionPct);
  });

  it('takes the highest clock, and says why, where the meter shows more than twice of what was predicted', () => {
    const slow = decodeAlone(createGovernor('fixed', { fixedMhz: { prefill: 690, decode: 690 } })).control;
    expect(slow.evaluate('d0', 0)).to.include({ clockMhz: 690 });
    slow.control('d0').applied(690, 10);
    meteredFor(slow, 60, 900);
    const command = slow.evaluate('d0', 61_000);
    // The last readings have asked for it already, where the command was not answered.
    expect(command ?? { clockMhz: slow.control('d0').busy ? 1410 : slow.control('d0').askedMhz }).to.include({ clockMhz: 1410 });
    expect(slow.instance('d0').learning!.doubt).to.match(/4.5 times the predicted power/);
  });

  it('is not touched by readings where nothing learns', () => {
    const { control } = decodeAlone();
    expect(() => control.metered('p0', { energyJ: 1, atMs: 0 }, 0)).to.not.throw();
    expect(() => control.metered('nobody', { energyJ: 1, atMs: 0 }, 0)).to.throw(RangeError);
  });

  it('hears every meter of a simulated fleet', () => {
    const { control } = learntFleet();
    for (const id of ['p0', 'd0']) expect(control.learnt(id)!.powerAccepted, id).to.be.above(3);
  });
});

function learntFleet() {
  const schedule = scheduleAt(6, 20, 5);
  const asked = { schedule, seed: 5, governor: 'max' as const, adapts: true, predictorOf: (role: Role) => profiledWith({}, role) };
  return run(asked);
}
