import { expect } from 'chai';
import type { Adaptation } from '../../../src/domain/cluster.ts';
import type { RequestOutcome } from '../../../src/domain/request.ts';
import type { FleetControl } from '../../../src/control/fleet-control.ts';
import { clockTable } from '../../../src/emulation/instance.ts';
import { fleetFor } from '../../../src/runs/serving/fleet.ts';
import { gapP99Ms } from '../../fixtures/adaptation/gaps.ts';
import { cluster, gpu, launched, shippedSpecs } from '../../fixtures/world/shipped.ts';
import { demoSchedule, simulate, worldOf, type World } from '../../fixtures/world/simulated-runs.ts';

/** Decode devices slower by an eighth than when they were profiled. */
const SLOWER = 1 / 1.12;
const slowed = (world: World): World => {
  const slowGpu = {
    ...gpu,
    gemmEfficiency: gpu.gemmEfficiency * SLOWER,
    attentionEfficiency: gpu.attentionEfficiency * SLOWER,
    hbmGBps: gpu.hbmGBps * SLOWER,
  };
  return { ...world, specs: world.specs.map((spec) => (spec.role === 'decode' ? { ...spec, gpu: slowGpu } : spec)) };
};

/** A promise that binds: with a looser one the lowest clock keeps it, and nobody has to know the devices. */
const SLO = { ...cluster.slo, itlMs: 30 };
const brokenPct = ({ outcomes }: { readonly outcomes: readonly RequestOutcome[] }): number => {
  const gapsMs = outcomes.flatMap((outcome) => [...outcome.gapsMs]);
  return (100 * gapsMs.filter((gapMs) => gapMs > SLO.itlMs).length) / gapsMs.length;
};

const controlOf = ({ specs, fitted }: World, adaptation?: Adaptation): FleetControl => {
  const control = { ...cluster.control, ...(adaptation === undefined ? {} : { adaptation }) };
  const spec = { cluster: { ...cluster, control, slo: SLO }, instances: specs.map(launched), fixedMhz: null, fitted, seed: 1 };
  return fleetFor({ ...spec, governor: 'slo', routing: 'least-requests' }, () => clockTable(gpu));
};

describe('adaptation in a simulated cluster', () => {
  const world = slowed(worldOf(shippedSpecs(1)));
  const schedule = demoSchedule(1, 80);
  const served = (adaptation?: Adaptation) => simulate(world, controlOf(world, adaptation), schedule);
  let [on, off] = [] as unknown as [ReturnType<typeof served>, ReturnType<typeof served>];
  before(() => {
    [on, off] = [served(), served('off')];
  });

  it('learns from the token streams that decode devices are slower than profiled, and prefill devices are not', () => {
    for (const id of ['d0', 'd1']) {
      const learnt = on.control.learnt(id)!;
      expect(learnt.accepted, id).to.be.above(30);
      expect(learnt.correctionPct, id).to.be.within(5, 18);
    }
    for (const id of ['p0', 'p1']) expect(on.control.learnt(id)!.correctionPct, id).to.be.within(-4, 4);
  });

  it('keeps gaps within the promise, where a control that trusts an outdated profile does not', () => {
    expect(gapP99Ms(on.outcomes)).to.be.below(gapP99Ms(off.outcomes));
    expect(gapP99Ms(on.outcomes)).to.be.below(SLO.itlMs);
    expect(brokenPct(on)).to.be.below(brokenPct(off) / 2);
  });

  it('off learns nothing and frozen changes nothing: both act as the profile says', () => {
    const frozen = served('frozen');
    expect(off.control.learnt('d0')).to.equal(null);
    expect(frozen.control.learnt('d0')).to.include({ accepted: 0, correctionPct: 0, frozen: true });
    expect(off.samples).to.deep.equal(frozen.samples);
  });

  it('is deterministic', () => {
    expect(served('on').outcomes).to.deep.equal(on.outcomes);
  });
});
