import { expect } from 'chai';
import { clockTable } from '../../../src/emulation/device.ts';
import { kvTransferMs } from '../../../src/emulation/kv-pool.ts';
import { calm, instancesIn } from '../../../src/simulation/hostility.ts';
import type { Hostility } from '../../../src/simulation/types.ts';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { controlOf, GPU, PACE, specsOf, type Policies } from '../../fixtures/world/carded.ts';
import { collectRun, type CollectedRun } from '../../fixtures/world/collected-run.ts';
import { workload } from '../../fixtures/world/shipped.ts';

const SPECS = specsOf(2, 2);
const SCHEDULE = seededSchedule({ card: workload('azure-conv-2023'), ratePerS: 12, burstiness: 1, seed: 3, extent: { requests: 80 } });
/** Below any power limit, so that power changes no latency. */
const FIXED: Policies = { governor: 'fixed', routing: 'least-requests', fixedMhz: { prefill: 1005, decode: 900 } };

const CALM = calm(GPU);
const runIn = (lever: Partial<Hostility> | null, seed = 1, policies?: Policies) => {
  const control = controlOf(SPECS, policies);
  const world = lever === null ? {} : { hostility: { ...CALM, ...lever } };
  return { control, ...collectRun({ specs: SPECS, schedule: SCHEDULE, control, ...PACE, ...world, seed }) };
};

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const gapSumMs = ({ gaps }: CollectedRun): number => sumOf(gaps.map(({ gapMs, count }) => gapMs * count));
const gapCount = ({ gaps }: CollectedRun): number => sumOf(gaps.map(({ count }) => count));
const energyJOf = ({ samples }: CollectedRun, id: string): number => samples.findLast(({ instance }) => instance === id)!.energyJ;
const ids = SPECS.map(({ id }) => id);

describe('a hostile world', () => {
  const nominal = runIn(null);

  it('with all levers down is the nominal one, to the last bit', () => {
    const { outcomes, samples, gaps, iterations, endMs } = runIn({});
    expect({ outcomes, samples, gaps, iterations, endMs }).to.deep.equal({
      outcomes: nominal.outcomes,
      samples: nominal.samples,
      gaps: nominal.gaps,
      iterations: nominal.iterations,
      endMs: nominal.endMs,
    });
  });

  it('is the same again from the same seed, and another one from another', () => {
    const lever = { latency: 0.08, jitterMs: [1, 3], coalesced: 0.1, dropped: 0.05 } as const;
    const { outcomes, gaps } = runIn(lever, 7);
    expect(runIn(lever, 7)).to.deep.include({ outcomes, gaps });
    expect(runIn(lever, 8).gaps).to.not.deep.equal(gaps);
  });

  it('latency: iterations of each instance take longer or shorter by a factor of its own within the range', () => {
    const factors = new Set<number>();
    for (const seed of [1, 2, 3]) {
      const hostile = runIn({ latency: 0.08 }, seed, FIXED);
      const ratio = gapSumMs(hostile) / gapCount(hostile) / (gapSumMs(runIn(null, 1, FIXED)) / gapCount(nominal));
      expect(ratio).to.be.within(0.9, 1.1);
      factors.add(Math.round(ratio * 1e6));
    }
    expect(factors.size).to.equal(3);
    const slowdowns = instancesIn(SPECS, { ...CALM, latency: 0.08 }, 1).map(({ adversity }) => adversity.slowdown!(0));
    for (const slowdown of slowdowns) expect(slowdown).to.be.within(0.92, 1.08);
    expect(new Set(slowdowns).size).to.equal(4);
  });

  it('power: each instance draws more or less by a factor of its own; nothing takes another time', () => {
    const fixed = runIn(null, 1, FIXED);
    const hostile = runIn({ power: 0.05 }, 1, FIXED);
    expect(hostile.outcomes).to.deep.equal(fixed.outcomes);
    const ratios = ids.map((id) => energyJOf(hostile, id) / energyJOf(fixed, id));
    for (const ratio of ratios) expect(ratio).to.be.within(0.95, 1.05);
    expect(new Set(ratios.map((ratio) => ratio.toFixed(4))).size).to.equal(4);
  });

  it('steps: captured batches move by whole rows, stay ascending, and no other figure of a card changes', () => {
    const hostile = [1, 2, 3].flatMap((seed) => instancesIn(SPECS, { ...CALM, stepRows: 4 }, seed));
    const moves = hostile.map(({ spec }) => spec.engine.captureSizes.at(-1)! - SPECS[0]!.engine.captureSizes.at(-1)!);
    expect(Math.max(...moves.map(Math.abs))).to.be.within(1, 4);
    expect(new Set(moves).size).to.be.above(2);
    for (const { spec } of hostile) {
      const { captureSizes, ...rest } = spec.engine;
      expect([...captureSizes].sort((a, b) => a - b)).to.deep.equal([...new Set(captureSizes)]);
      expect(captureSizes[0]).to.be.at.least(1);
      expect({ ...rest, captureSizes: null }).to.deep.equal({ ...SPECS[0]!.engine, captureSizes: null });
      expect(spec.gpu).to.equal(GPU);
    }
  });

  it('serialised calls: the drivers answer one after the other', () => {
    const answeredMs = (lever: Partial<Hostility>): number[] => {
      const { control } = runIn(lever, 1, FIXED);
      return ids.map((id) => control.control(id).log[0]!.atMs).sort((a, b) => a - b);
    };
    const { callMs } = GPU.lock;
    expect(answeredMs({})).to.deep.equal([callMs, callMs, callMs, callMs]);
    expect(answeredMs({ serialisedCalls: true })).to.deep.equal([1, 2, 3, 4].map((calls) => calls * callMs));
  });

  it('settling: within the range, and now and then in the tail', () => {
    const draw = (lever: Partial<Hostility>): number[] => {
      const { settleMs } = instancesIn(SPECS, { ...CALM, ...lever }, 1)[0]!.adversity;
      return Array.from({ length: 2000 }, () => settleMs!());
    };
    const usual = draw({ settleMs: [10, 20] });
    expect([Math.min(...usual) >= 10, Math.max(...usual) <= 20]).to.deep.equal([true, true]);
    const heavy = draw({ settleMs: [10, 20], settleTail: 0.1, settleTailMs: 500 });
    expect(heavy.filter((ms) => ms > 20).length).to.be.within(140, 260);
    expect(Math.max(...heavy)).to.be.within(450, 500);
  });

  it('host jitter: iterations last longer by what was drawn, and the GPU only idles meanwhile', () => {
    const jittered = runIn({ jitterMs: [2, 2] });
    const rare = runIn({ rareJitter: 0.05, rareJitterMs: [40, 40] });
    const idleW = GPU.power.idleW.at(-1)![1];
    const alone = (lever: Partial<Hostility> | null): CollectedRun => {
      const schedule = [{ id: 'r1', arrivalMs: 0, promptTokens: 500, maxTokens: 101 }];
      const world = lever && { hostility: { ...CALM, ...lever } };
      return collectRun({ specs: specsOf(1, 1), control: controlOf(specsOf(1, 1)), schedule, ...PACE, ...world });
    };
    const [calmRun, slowRun] = [alone(null), alone({ jitterMs: [2, 2] })];
    expect(gapSumMs(slowRun) - gapSumMs(calmRun)).to.be.closeTo(200, 1e-6);
    // The end of the run moves, too, so what was drawn longer was idle power on both sides.
    const extraJ = energyJOf(slowRun, 'd0') - energyJOf(calmRun, 'd0');
    expect(extraJ).to.be.closeTo((idleW * (slowRun.endMs - calmRun.endMs)) / 1000, 1e-6);
    expect(gapSumMs(jittered) / gapCount(jittered)).to.be.above(gapSumMs(nominal) / gapCount(nominal) + 2);
    expect(Math.max(...rare.gaps.map(({ gapMs }) => gapMs))).to.be.above(50);
  });

  it('coalescing: as many gaps, the same time in all, some of them nothing and others double; who ends, ends in time', () => {
    const hostile = runIn({ coalesced: 0.2 });
    expect(hostile.outcomes).to.deep.equal(nominal.outcomes);
    expect(gapCount(hostile)).to.equal(gapCount(nominal));
    expect(gapSumMs(hostile)).to.be.closeTo(gapSumMs(nominal), 1e-6 * gapSumMs(nominal));
    expect(hostile.tokens).to.equal(nominal.tokens);
    const together = sumOf(hostile.gaps.filter(({ gapMs }) => gapMs === 0).map(({ count }) => count)) / gapCount(hostile);
    expect(together).to.be.within(0.08, 0.2);
  });

  it('a KV-transfer tail: first tokens come later by it, on both sides of the transfer alike', () => {
    const { promptTokens } = { promptTokens: 2000 };
    const schedule = [{ id: 'r1', arrivalMs: 0, promptTokens, maxTokens: 2 }];
    const firstMs = (transferTail: number): number => {
      const hostility = { ...CALM, transferTail, transferTailFactor: 10 };
      const run = collectRun({ specs: specsOf(1, 1), control: controlOf(specsOf(1, 1)), schedule, ...PACE, hostility });
      expect(run.outcomes[0]!.status).to.equal('completed');
      return run.outcomes[0]!.firstTokenMs!;
    };
    const onceMs = kvTransferMs(promptTokens, 131_072, SPECS[0]!.engine.kvTransfer);
    expect(firstMs(1) - firstMs(0)).to.be.closeTo(9 * onceMs, 1e-6);
    const factorsOf = (instance: number): number[] =>
      Array.from({ length: 50 }, (_, room) =>
        instancesIn(SPECS, { ...CALM, transferTail: 0.3, transferTailFactor: 5 }, 1)[instance]!.adversity.transferFactor!(room),
      );
    expect(factorsOf(0)).to.deep.equal(factorsOf(3));
    expect(new Set(factorsOf(0))).to.deep.equal(new Set([1, 5]));
  });

  it('applied is not asked: a lock comes out one step of the table lower', () => {
    const { samples } = runIn({ appliedLower: 1 }, 1, FIXED);
    const table = clockTable(GPU);
    for (const { role, appliedMhz, atMs } of samples) {
      if (atMs < 1000) continue;
      expect(appliedMhz).to.equal(table[table.indexOf(FIXED.fixedMhz![role]) - 1]);
    }
  });

  it('dropped telemetry: clients see what they saw, the gateway does not', () => {
    // A policy that does not look at loads decides the same without being told of them.
    const blind: Policies = { governor: 'max', routing: 'round-robin' };
    const { control, outcomes, gaps } = runIn({ dropped: 1 }, 1, blind);
    const heard = runIn(null, 1, blind);
    expect({ outcomes, gaps }).to.deep.equal({ outcomes: heard.outcomes, gaps: heard.gaps });
    // It knows of first tokens only, so that answers look one token long.
    expect(control.tracker.load('d0', 1e6)).to.include({ meanOutputTokens: 1, batch: 0 });
    const told = heard.control.tracker.load('d0', 1e6);
    expect(told.phase === 'decode' && told.meanOutputTokens).to.be.above(50);
  });
});
