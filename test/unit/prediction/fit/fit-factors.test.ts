import { expect } from 'chai';
import { fitFactors, UNIT_FACTORS } from '../../../../src/prediction/fit/fit-factors.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import {
  CARDS,
  dataOf,
  DECODE_LOADS,
  deviceTruth,
  everywhere,
  factorsOf,
  furthestPct,
  idleOf,
  load,
  PREFILL_LOADS,
  readings,
} from '../../../fixtures/fitting.ts';

const LOADS = { prefill: PREFILL_LOADS, decode: DECODE_LOADS } as const;
const ROLES = ['prefill', 'decode'] as const;

describe('fitting the factors of a device', () => {
  it('recovers them from faultless readings: time by what each phase spends it on, power by its gain', () => {
    for (const seed of [1, 2, 3]) {
      const truth = factorsOf(seed);
      const fits = ROLES.map((phase) => {
        const points = readings(deviceTruth(phase, truth), everywhere(LOADS[phase]));
        return fitFactors(dataOf(phase, points, idleOf(phase, truth)), CARDS).factors;
      });
      const [prefill, decode] = [fits[0]!, fits[1]!];
      expect(prefill.gemm, 'gemm').to.be.closeTo(truth.gemm, 0.01);
      expect(prefill.overhead, 'overhead').to.be.closeTo(truth.overhead, 0.02);
      expect(decode.bandwidth, 'bandwidth').to.be.closeTo(truth.bandwidth, 0.01);
      expect(decode.attention, 'attention').to.be.closeTo(truth.attention, 0.01);
      for (const { tile, powerGain, dynamicPower } of fits) {
        expect(Math.round(tile * 16), 'tile').to.equal(Math.round(truth.tile * 16));
        expect(powerGain, 'gain').to.be.closeTo(truth.powerGain, 0.005);
        expect(dynamicPower, 'dynamic power').to.be.closeTo(truth.dynamicPower, 0.01);
      }
    }
  });

  it('needs few points: a dozen with 2 % noise answer anywhere within some per cent', () => {
    const truth = deviceTruth('decode', factorsOf(5));
    const dozen = everywhere(DECODE_LOADS).filter((_, i) => i % 5 === Math.floor(i / 5) % 5);
    expect(dozen.length).to.equal(13);
    const data = dataOf('decode', readings(truth, dozen, { noise: 0.02 }), idleOf('decode', factorsOf(5)));
    const fitted = deviceTruth('decode', fitFactors(data, CARDS).factors);
    const other = everywhere([load(10, 1000), load(80, 1500), load(200, 700), load(400, 300)], [705, 990, 1305]);
    expect(furthestPct(fitted, truth, other)).to.be.below(6);
    expect(furthestPct(deviceTruth('decode', UNIT_FACTORS), truth, other), 'the cards alone').to.be.above(8);
  });

  it('is moved by no more than 2 % anywhere by one reading in ten that is five times too long', () => {
    for (const phase of ROLES) {
      const truth = deviceTruth(phase, factorsOf(4));
      const [clean, wild] = [0, 0.1].map((outliers) => {
        const points = readings(truth, everywhere(LOADS[phase]), { noise: 0.02, outliers }, createRandom(9));
        return deviceTruth(phase, fitFactors(dataOf(phase, points, idleOf(phase, factorsOf(4))), CARDS).factors);
      });
      expect(furthestPct(wild!, clean!, everywhere(LOADS[phase], [705, 1005, 1395])), phase).to.be.below(2);
    }
  });

  it('keeps the card’s tile where no load tells of it, and the card’s factors where there is one point', () => {
    const small = everywhere([load(1, 300), load(4, 1000), load(16, 500), load(32, 900)]);
    const truth = { ...factorsOf(6), tile: 1.25 };
    const data = dataOf('decode', readings(deviceTruth('decode', truth), small), idleOf('decode', truth));
    expect(fitFactors(data, CARDS).factors.tile).to.equal(1);
    const one = dataOf('decode', readings(deviceTruth('decode', UNIT_FACTORS), small.slice(0, 1)));
    for (const [name, factor] of Object.entries(fitFactors(one, CARDS).factors)) expect(factor, name).to.be.closeTo(1, 0.02);
  });

  it('tells which readings contradict the device', () => {
    const points = readings(deviceTruth('decode', factorsOf(2)), everywhere(DECODE_LOADS), { noise: 0.01, outliers: 0.05 });
    const exact = readings(deviceTruth('decode', factorsOf(2)), everywhere(DECODE_LOADS));
    const wild = points.filter(({ latencyMs }, i) => latencyMs > 2 * exact[i]!.latencyMs);
    expect(wild.length).to.be.above(0);
    const { kept } = fitFactors(dataOf('decode', points), CARDS);
    expect(wild.filter((point) => kept.has(point))).to.deep.equal([]);
    expect(kept.size).to.be.at.least(points.length - wild.length - 1);
  });
});
