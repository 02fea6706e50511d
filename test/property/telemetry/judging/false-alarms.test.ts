import { expect } from 'chai';
import type { MetricVerdict } from '../../../../src/domain/judgement.ts';
import type { Comparison, RunRecord } from '../../../../src/domain/run-record.ts';
import { drawNormal } from '../../../../src/statistics/draws.ts';
import { createRandom, type SeededRandom } from '../../../../src/statistics/random.ts';
import { compareRuns } from '../../../../src/telemetry/compare.ts';
import { noisyRepeats, noisyRun, unmetered, type Noise } from '../../../fixtures/noisy-runs.ts';
import { header } from '../../../fixtures/run-records.ts';

/** Enough to see an alarm of ten percent; each way of comparing but the one without a meter was also run with 300 pairs while it was made: 1 to 4 %. */
const PAIRS = 100;
const ENERGY = 'energy.per_output_token';
/** Nominally 2.5 % on each side. */
const MOST_ALARMS = 0.05;

const QUIET: Noise = { energyGain: 0.005, latencyGain: 0.01, drift: 0.01 };
const LOUD: Noise = { energyGain: 0.01, latencyGain: 0.02, drift: 0.01 };

type Make = (random: SeededRandom, noise: Noise) => RunRecord;
const repeats =
  (count: number): Make =>
  (random, noise) =>
    noisyRepeats(random, noise, count);

/** One session of repeats: better or worse than another one as a whole, which the repeats cannot know. */
const session =
  (make: Make): Make =>
  (random, noise) =>
    make(random.fork('runs'), {
      ...noise,
      energyEffect: (noise.energyEffect ?? 0) + drawNormal(random.fork('energy'), 0, 0.01),
      latencyEffect: (noise.latencyEffect ?? 0) + drawNormal(random.fork('latency'), 0, 0.02),
    });
const simulated =
  (make: Make): Make =>
  (random, noise) => ({ ...make(random, noise), mode: 'simulated' });

interface Given {
  readonly noise?: Noise;
  readonly effects?: Partial<Noise>;
  readonly times?: number;
}

const pairs = (
  name: string,
  [makeA, makeB]: readonly [Make, Make],
  { noise = LOUD, effects = {}, times = PAIRS }: Given = {},
): Comparison[] => {
  const random = createRandom(20).fork(name);
  return Array.from({ length: times }, (_, i) =>
    compareRuns(makeA(random.fork(`a${i}`), noise), makeB(random.fork(`b${i}`), { ...noise, ...effects }), { ...header, seed: i }),
  );
};

const count = (comparisons: readonly Comparison[], verdict: Comparison['verdict']): number =>
  comparisons.filter((compared) => compared.verdict === verdict).length;

const ofMetric = (comparisons: readonly Comparison[], name: string, verdict: MetricVerdict): number =>
  comparisons.filter(({ metrics }) => metrics.find((metric) => metric.name === name)?.verdict === verdict).length;

const bare: Make = (random, noise) => unmetered(noisyRun(random, noise));
const RANKS = [repeats(8), repeats(8)] as const;

describe('property: equal configurations raise no alarm', function () {
  this.timeout(60_000);

  for (const [way, makers, noise, times] of [
    ['one run each', [noisyRun, noisyRun], LOUD],
    ['one run each, without a meter', [bare, bare], LOUD],
    ['five repeats each', [repeats(5), repeats(5)], LOUD],
    ['eight repeats each, by ranks', RANKS, LOUD],
    ['five repeats and one run', [repeats(5), noisyRun], LOUD],
    ['five repeats each, in sessions of their own', [session(repeats(5)), session(repeats(5))], LOUD],
    ['eight repeats each, in sessions of their own', [session(repeats(8)), session(repeats(8))], LOUD],
    ['five repeats and one run, in sessions of their own', [session(repeats(5)), session(noisyRun)], QUIET, 300],
  ] as const)
    it(`${way}: regressed and improved at most 5 % each, all metrics together`, () => {
      const compared = pairs(way, makers, { noise, ...(times && { times }) });
      const most = MOST_ALARMS * compared.length;
      expect(count(compared, 'invalid')).to.equal(0);
      expect(count(compared, 'regressed'), 'regressed').to.be.at.most(most);
      expect(count(compared, 'improved'), 'improved').to.be.at.most(most);
      const others = compared.filter(({ metrics }) => metrics.some(({ name, verdict }) => name !== ENERGY && verdict === 'regressed'));
      expect(others.length, 'any other metric').to.be.at.most(most);
    });
});

describe('property: true changes are found', function () {
  this.timeout(60_000);

  for (const [way, makers] of Object.entries({ 'single runs': [noisyRun, noisyRun], 'five repeats': [repeats(5), repeats(5)] } as const))
    it(`5 % more energy in at least 90 % of pairs of ${way}`, () => {
      const found = pairs(`energy ${way}`, makers, { noise: QUIET, effects: { energyEffect: 0.05 }, times: 60 });
      expect(count(found, 'regressed')).to.be.at.least(54);
    });

  it('30 % more latency in at least 90 % of pairs without a meter', () => {
    const found = pairs('slow', [bare, bare], { noise: QUIET, effects: { latencyEffect: 0.3 }, times: 60 });
    expect(count(found, 'regressed')).to.be.at.least(54);
  });

  it('half a percent more energy, sure as it may be, is the same', () => {
    const noise = { energyGain: 0, latencyGain: 0.005, drift: 0 };
    const given = { noise, effects: { energyEffect: 0.005 }, times: 40 };
    expect(ofMetric(pairs('tiny', RANKS, given), ENERGY, 'same')).to.equal(40);
    const sure = pairs('tiny and simulated', [simulated(RANKS[0]), simulated(RANKS[1])], given);
    expect(ofMetric(sure, ENERGY, 'same')).to.equal(40);
    expect(sure.filter(({ metrics }) => metrics.find(({ name }) => name === ENERGY)!.significant).length).to.be.at.least(20);
  });
});
