import { expect } from 'chai';
import { trackEnergyJ } from '../../../src/telemetry/energy.ts';
import { tracksOf } from '../../../src/telemetry/meter-sample.ts';
import {
  BASELINE,
  CANDIDATE,
  demoSchedule,
  fixedPair,
  fleetControl,
  serve,
  simulate,
  worldOf,
} from '../../fixtures/world/simulated-runs.ts';

const world = worldOf();
const schedule = demoSchedule(5, 60);

describe('simulated cluster', () => {
  it('is deterministic: twice the same to the last bit', () => {
    for (const contender of [BASELINE, CANDIDATE]) {
      const [once, again] = [0, 1].map(() => simulate(world, fleetControl(world, contender), schedule));
      expect(once!.outcomes).to.deep.equal(again!.outcomes);
      expect(once!.samples).to.deep.equal(again!.samples);
    }
  });

  it('depends on the devices: others of the same card take another time and energy', () => {
    const other = worldOf(world.specs.map((spec) => ({ ...spec, seed: spec.seed + 50 })));
    const [mine, theirs] = [serve(world, BASELINE, schedule), serve(other, BASELINE, schedule)];
    expect(Math.abs(mine.energyJ!.total / theirs.energyJ!.total - 1)).to.be.above(0.005);
    expect(mine.ttftMs.p50).to.not.equal(theirs.ttftMs.p50);
  });

  it('conserves requests and tokens: each comes out once, with its own lengths, and nothing is left behind', () => {
    const { outcomes, control } = simulate(world, fleetControl(world, CANDIDATE), schedule);
    expect(outcomes.map(({ id }) => id)).to.deep.equal(schedule.map(({ id }) => id));
    outcomes.forEach((outcome, i) => {
      const asked = schedule[i]!;
      expect(outcome).to.include({
        status: 'completed',
        promptTokens: asked.promptTokens,
        outputTokens: asked.maxTokens,
        intendedMs: asked.arrivalMs,
      });
      expect(outcome.gapsMs).to.have.length(asked.maxTokens - 1);
      expect(outcome.firstTokenMs! + outcome.gapsMs.reduce((sum, gapMs) => sum + gapMs, 0)).to.be.closeTo(outcome.endMs!, 1e-6);
      expect(outcome.firstTokenMs).to.be.above(asked.arrivalMs);
    });
    expect(control.tracker.inFlight).to.equal(0);
  });

  it('charges idle power before and after: nobody runs for nothing', () => {
    const { samples, endMs } = simulate(world, fleetControl(world, BASELINE), [
      { id: 'r1', arrivalMs: 5000, promptTokens: 100, maxTokens: 2 },
    ]);
    for (const track of tracksOf(samples)) {
      const idleJ = trackEnergyJ(track, { startMs: 0, endMs: 4900 })!;
      expect(idleJ / 4.9).to.be.within(50, 110);
      expect(trackEnergyJ(track, { startMs: endMs - 1000, endMs })!).to.be.closeTo(idleJ / 4.9, 0.5);
    }
  });

  it('fails what cannot be served and goes on with the rest', () => {
    const impossible = { ...schedule[3]!, promptTokens: 2_000_000 };
    const { outcomes } = simulate(world, fleetControl(world, BASELINE), schedule.with(3, impossible));
    expect(outcomes[3]).to.include({ status: 'failed', outputTokens: 0 });
    expect(outcomes[3]!.error).to.include('KV room');
    expect(outcomes.filter(({ status }) => status === 'completed')).to.have.length(schedule.length - 1);
  });

  it('gives up after the drain limit and says what is unfinished', () => {
    const endless = { id: 'long', arrivalMs: 0, promptTokens: 10, maxTokens: 20_000 };
    const { outcomes, endMs } = simulate(world, fleetControl(world, BASELINE), [endless]);
    expect(outcomes[0]).to.include({ status: 'unfinished', endMs: null });
    expect(outcomes[0]!.outputTokens).to.be.within(1000, 19_999);
    expect(endMs).to.be.within(60_000, 60_100);
  });

  it('holds a fixed clock from its first transition to the end, and never more than its rate limit', () => {
    const { control, samples } = simulate(world, fleetControl(world, fixedPair({ prefill: 1005, decode: 690 })), schedule);
    for (const id of control.domainIds)
      expect(control.control(id).log.map(({ requestedMhz }) => requestedMhz)).to.deep.equal([id.startsWith('p') ? 1005 : 690]);
    for (const { role, appliedMhz } of samples.filter(({ atMs }) => atMs >= 500))
      expect(appliedMhz).to.equal(role === 'prefill' ? 1005 : 690);
  });

  it('of the slo governor: every transition is within bounds, and no second holds more than two', () => {
    const { control } = simulate(world, fleetControl(world, CANDIDATE), schedule);
    for (const id of control.domainIds) {
      const { log } = control.control(id);
      for (const { requestedMhz, appliedMhz } of log) {
        expect(requestedMhz).to.be.within(390, 1410);
        expect(appliedMhz).to.not.equal(null);
      }
      log.forEach(({ atMs }) => expect(log.filter((other) => other.atMs > atMs - 1000 && other.atMs <= atMs).length).to.be.at.most(2));
    }
  });
});
