import { expect } from 'chai';
import type { AbPeriod } from '../../../../src/domain/ab.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { drawNormal } from '../../../../src/statistics/draws.ts';
import { planAb } from '../../../../src/telemetry/ab/design.ts';
import { abEffects, noiseOf, primaryEffect } from '../../../../src/telemetry/ab/effects.ts';
import { abVerdict } from '../../../../src/telemetry/ab/verdict.ts';

const design = planAb({ blocks: 8, periodsPerBlock: 2, periodS: 60, residenceS: 0, seed: 3 });
const fours = planAb({ blocks: 4, periodsPerBlock: 4, periodS: 60, residenceS: 0, seed: 3 });

/** Without noise: 1000 J for 500 tokens, and what `over` makes of it. */
const periods = (over: (period: AbPeriod, index: number) => Partial<AbPeriod> = () => ({}), of = design): AbPeriod[] =>
  of.order.map((arm, i) => {
    const period: AbPeriod = {
      arm,
      block: Math.floor((i * of.blocks) / of.order.length),
      startS: 120 * i,
      endS: 120 * i + 60,
      energyJ: 1000,
      inputTokens: 900,
      outputTokens: 500,
      completed: 10,
      metrics: { 'ttft.p99': 300, 'slo.joint': 0.9, goodput: 4, 'e2e.p50': 2000 },
    };
    return { ...period, ...over(period, i) };
  });

const noise = (spread: number) => {
  const random = createRandom(9);
  return () => Math.exp(drawNormal(random, 0, spread));
};
const effects = (all: readonly AbPeriod[], of = design) => abEffects(of, all, createRandom(1));
const energy = (all: readonly AbPeriod[], of = design) => effects(all, of)[0]!;

describe('the effect of an arm', () => {
  it('is none where nothing differs', () => {
    expect(energy(periods())).to.deep.equal({
      metric: 'energy.per_output_token',
      changePct: 0,
      ci95: [0, 0],
      pValue: 1,
      significant: false,
    });
  });

  it('is what B truly changes, whatever the blocks differ by', () => {
    const wander = noise(0.005);
    const all = periods(({ arm, block }) => ({ energyJ: 1000 * (1 + block) * (arm === 'B' ? 1.05 : 1) * wander() }));
    const { changePct, ci95, pValue, significant } = energy(all);
    expect(changePct).to.be.closeTo(5, 1);
    expect(ci95![0]).to.be.within(3, 5);
    expect(ci95![1]).to.be.within(5, 7);
    expect(pValue).to.be.below(0.05);
    expect(significant).to.equal(true);
  });

  it('leaves a straight drift to the time', () => {
    const wander = noise(0.001);
    for (const of of [design, fours]) {
      const all = periods((_, i) => ({ energyJ: 1000 * Math.exp(0.02 * i) * wander() }), of);
      const { changePct, significant } = energy(all, of);
      expect(changePct).to.be.closeTo(0, 0.3);
      expect(significant).to.equal(false);
    }
  });

  it('lays on tokens what they explain: idle power spread over fewer of them is no waste of B', () => {
    const random = createRandom(4);
    const all = periods(() => {
      const outputTokens = 5000 + Math.round(drawNormal(random, 0, 400));
      return { outputTokens, energyJ: 20_000 + outputTokens };
    });
    const { changePct, ci95 } = energy(all);
    expect(changePct).to.be.closeTo(0, 0.05);
    expect(ci95![1] - ci95![0]).to.be.below(0.3);
  });

  it('reads p from the orders that were possible: the largest of all is 2 of 182', () => {
    const all = periods(({ arm, block }) => ({ energyJ: (arm === 'B' ? 1200 : 1000) + block }));
    expect(energy(all).pValue).to.be.closeTo(2 / 182, 1e-12);
  });

  it('is also told of latencies and fractions, corrected for their number', () => {
    const wander = noise(0.002);
    const all = periods(({ arm, metrics }) => ({
      metrics: { ...metrics, 'ttft.p99': (arm === 'B' ? 330 : 300) * wander(), 'slo.joint': arm === 'B' ? 0.81 : 0.9 },
    }));
    const byName = new Map(effects(all).map((effect) => [effect.metric, effect]));
    expect(byName.get('ttft.p99')!.changePct).to.be.closeTo(10, 1);
    expect(byName.get('ttft.p99')!.significant).to.equal(true);
    expect(byName.get('slo.joint')!.changePct).to.be.closeTo(-10, 1e-9);
    expect(byName.get('goodput')!).to.deep.include({ changePct: 0, significant: false });
    expect(byName.get('itl.p99')!.changePct).to.equal(null);
  });

  it('falls back on the median E2E without a meter', () => {
    const wander = noise(0.002);
    const all = periods(({ arm, metrics }) => ({
      energyJ: null,
      metrics: { ...metrics, 'e2e.p50': (arm === 'B' ? 1800 : 2000) * wander() },
    }));
    expect(energy(all)).to.deep.include({ metric: 'e2e.p50', significant: true });
  });

  it('says nothing of fewer than four whole blocks, and of interrupted ones what they can tell', () => {
    const all = periods(({ arm, block }, i) => ({ energyJ: (arm === 'B' ? 1200 : 1000) + block + i * 0.1 }));
    expect(energy(all.slice(0, 7))).to.deep.include({ changePct: null, ci95: null, pValue: null, significant: null });
    const five = energy(all.slice(0, 11));
    expect(five.changePct).to.be.closeTo(20, 1);
    // Of five pairs no order is rare enough.
    expect(five.significant).to.equal(null);
    expect(energy(all.slice(0, 14)).significant).to.equal(true);
  });

  it('draws whole blocks again where there are many, and repeats itself by seed', () => {
    const many = planAb({ blocks: 24, periodsPerBlock: 2, periodS: 60, residenceS: 0, seed: 3 });
    const wander = noise(0.01);
    const all = periods(({ arm }) => ({ energyJ: (arm === 'B' ? 1050 : 1000) * wander() }), many);
    const effect = primaryEffect(many, all, createRandom(1));
    expect(effect.significant).to.equal(true);
    expect(effect.ci95![0]).to.be.within(3, 5);
    expect(effect.ci95![1]).to.be.within(5, 7);
    expect(primaryEffect(many, all, createRandom(1))).to.deep.equal(effect);
  });

  it('knows the noise of its periods', () => {
    const many = planAb({ blocks: 200, periodsPerBlock: 2, periodS: 60, residenceS: 0, seed: 3 });
    const wander = noise(0.01);
    const { spread, df } = noiseOf(
      many,
      periods(() => ({ energyJ: 1000 * wander() }), many),
    )!;
    expect(spread).to.be.closeTo(0.01, 0.0015);
    expect(df).to.equal(198);
    expect(noiseOf(design, periods().slice(0, 6))).to.equal(null);
  });
});

describe('the verdict on B', () => {
  const verdict = (all: readonly AbPeriod[], aa: Parameters<typeof abVerdict>[0]['aa'] = null) =>
    abVerdict({ aa, periods: all, effects: effects(all) });
  const spending = (factor: number, spread: number): AbPeriod[] => {
    const wander = noise(spread);
    return periods(({ arm }) => ({ energyJ: 1000 * (arm === 'B' ? factor : 1) * wander() }));
  };

  it('needs significance and size together', () => {
    expect(verdict(spending(0.9, 0.005)).verdict).to.equal('improved');
    expect(verdict(spending(1.1, 0.005)).verdict).to.equal('regressed');
    expect(verdict(spending(1.005, 0.0005)).verdict).to.equal('same');
    expect(verdict(spending(1, 0.001)).verdict).to.equal('same');
    expect(verdict(spending(1.02, 0.05)).verdict).to.equal('inconclusive');
    expect(verdict(spending(1.2, 0.01).slice(0, 10)).verdict).to.equal('inconclusive');
  });

  it('is invalid where A differed from itself, or the work differed', () => {
    const failed = { metric: 'energy.per_output_token', changePct: 3, ci95: [1, 5], pValue: 0.01, significant: true } as const;
    expect(verdict(spending(0.9, 0.005), { passed: false, effect: failed, periods: 12 })).to.deep.equal({
      verdict: 'invalid',
      reasons: ['A against itself did not pass on this rig: energy.per_output_token seems to differ by 3.0 % (95 % interval 1.0 to 5.0 %)'],
    });
    const lazy = periods(({ arm }) => ({ outputTokens: arm === 'B' ? 490 : 500 }));
    expect(verdict(lazy).reasons[0]).to.match(/^The completed output tokens differ by more than 0\.5 %/);
  });

  it('is a regression where promises are kept less often, whatever was saved', () => {
    const wander = noise(0.005);
    const slow = periods(({ arm, metrics }) => ({
      energyJ: 1000 * (arm === 'B' ? 0.8 : 1) * wander(),
      metrics: { ...metrics, 'slo.joint': arm === 'B' ? 0.88 : 0.9 },
    }));
    expect(verdict(slow).verdict).to.equal('regressed');
  });
});
