import { expect } from 'chai';
import type { Evaluation, TuningChoice } from '../../../../src/domain/tuning.ts';
import { finalists } from '../../../../src/tuning/search/judging.ts';
import { kneeOf } from '../../../../src/tuning/search/pareto.ts';
import { pick } from '../../../../src/tuning/search/picking.ts';
import { survivors } from '../../../../src/tuning/search/rungs.ts';
import { settingText } from '../../../../src/tuning/search/sensitivity.ts';
import { entryOf, type Criteria, type Entry } from '../../../../src/tuning/search/standing.ts';
import { BARE, CONSTRAINTS, PRICES, SPACE, synthetic } from '../../../fixtures/tuning/synthetic.ts';

const CRITERIA: Criteria = { objective: 'energy', prices: PRICES, constraints: CONSTRAINTS };
const choiceOf = (changes: Partial<TuningChoice> = {}): TuningChoice => ({
  ...{ variant: 'a', tp: 1, prefill: 2, decode: 4, aggregated: 0 },
  ...BARE,
  governor: 'slo',
  ...changes,
});

/** Runs on seeds 1, 2, ... that take these joules per token and meet this part of 6000 requests. */
function entry(choice: TuningChoice, joules: readonly number[], part: number, changes: Partial<Evaluation> = {}): Entry {
  const runs = joules.map((joulesPerOutputToken, i) => {
    const fidelity = { requests: 6000, seed: i + 1, load: 1, hostileWorld: null };
    const kept = Array.from({ length: 20 }, () => ({ met: Math.round(300 * part), of: 300 }));
    return { ...synthetic({ choice, fidelity, slo: null, day: null }), joulesPerOutputToken, kept, overloaded: false, ...changes };
  });
  return entryOf(choice, runs, CRITERIA);
}

const nth = (i: number, changes: Partial<TuningChoice> = {}): TuningChoice => choiceOf({ maxRunning: 1000 + i, ...changes });

describe('pick among those that were judged', () => {
  it('is the cheapest that surely keeps the target', () => {
    const [cheap, good, dear] = [
      entry(nth(1), [1, 1.1, 0.9], 0.96),
      entry(nth(2), [1.2, 1.3, 1.1], 0.99),
      entry(nth(3), [1.5, 1.6, 1.4], 1),
    ];
    expect(pick([dear, cheap, good], SPACE, CRITERIA)).to.equal(good);
    expect(pick([cheap], SPACE, CRITERIA)).to.equal(null);
    expect(pick([], SPACE, CRITERIA)).to.equal(null);
  });

  it('has fewer GPUs, then plainer settings, where noise does not tell two apart', () => {
    const large = entry(choiceOf({ decode: 5, chunkTokens: 2048 }), [1, 1.1, 0.9], 0.99);
    const small = entry(choiceOf({ chunkTokens: 4096 }), [1.003, 1.096, 0.905], 0.99);
    const plain = entry(choiceOf(), [1.002, 1.099, 0.903], 0.99);
    expect(pick([large, small], SPACE, CRITERIA)).to.equal(small);
    expect(pick([large, small, plain], SPACE, CRITERIA)).to.equal(plain);
  });

  it('is not given away for simplicity where the same loads tell them apart, or where one load is all there is', () => {
    const cheap = entry(choiceOf({ chunkTokens: 2048 }), [1, 1.1, 0.9], 0.99);
    const plain = entry(choiceOf(), [1.004, 1.1043, 0.9037], 0.99);
    expect(pick([cheap, plain], SPACE, CRITERIA)).to.equal(cheap);
    const once = [entry(choiceOf({ chunkTokens: 2048 }), [1], 0.99), entry(choiceOf(), [1.0001], 0.99)];
    expect(pick(once, SPACE, CRITERIA)).to.equal(once[0]);
  });
});

describe('who goes on', () => {
  const keys = (entries: readonly Entry[]): string[] => entries.map(({ key }) => key);

  it('drops for attainment only what is surely out of reach', () => {
    const lost = entry(nth(1), [0.1], 0.8);
    const full = entry(nth(2), [0.1], 1, { overloaded: true });
    const edge = entry(nth(3), [1], 0.967);
    const held = entry(nth(4), [2], 1);
    expect(keys(survivors([lost, full, edge, held], 4))).to.have.members(keys([edge, held]));
    expect(keys(finalists([lost, full, edge, held], 4))).to.deep.equal(keys([held, edge]));
  });

  it('keeps places for careful ones and for other sizes among many that are cheap and on the edge', () => {
    const edge = Array.from({ length: 40 }, (_, i) => entry(nth(i), [1 + i / 100], 0.9705));
    const careful = entry(nth(100), [2], 1);
    const other = entry(nth(101, { decode: 6 }), [3], 0.9705);
    const kept = keys(survivors([...edge, careful, other], 10));
    expect(kept).to.have.length(10);
    expect(kept).to.include.members(keys([edge[0]!, careful, other]));
    expect(keys(finalists([...edge, careful, other], 4))).to.include(careful.key);
  });

  it('goes towards the target where nothing can keep it', () => {
    const [far, near] = [entry(nth(1), [1], 0.5), entry(nth(2), [2], 0.7)];
    expect(keys(survivors([far, near], 1))).to.deep.equal([near.key]);
    expect(keys(finalists([far, near], 1))).to.deep.equal([near.key]);
  });
});

describe('knee of a front', () => {
  const front = (...points: readonly (readonly [number, number])[]): Entry[] =>
    points.map(([joules, part], i) => entry(nth(i), [joules], part));

  it('is where more attainment begins to cost much', () => {
    expect(kneeOf(front([1, 0.9], [1.1, 0.98], [1.6, 0.99], [2, 1]), CRITERIA)).to.equal(1);
  });

  it('is none on a straight line, on the wrong side of it, and of fewer than three', () => {
    expect(kneeOf(front([1, 0.9], [1.5, 0.95], [2, 1]), CRITERIA)).to.equal(null);
    expect(kneeOf(front([1, 0.9], [1.9, 0.91], [2, 1]), CRITERIA)).to.equal(null);
    expect(kneeOf(front([1, 0.9], [2, 1]), CRITERIA)).to.equal(null);
    expect(kneeOf([], CRITERIA)).to.equal(null);
  });
});

describe('text of a setting', () => {
  it('says what people call it', () => {
    expect(settingText('layout', choiceOf())).to.equal('2P4D');
    expect(settingText('layout', choiceOf({ prefill: 0, decode: 0, aggregated: 3 }))).to.equal('3A');
    expect(settingText('tp', choiceOf({ tp: 2 }))).to.equal('2 x 2P4D');
    expect(settingText('fixedMhz', choiceOf({ fixedMhz: { prefill: 1005, decode: 1200 } }))).to.equal('1005:1200');
    expect(settingText('captureSizes', choiceOf({ captureSizes: [1, 2, 8] }))).to.equal('3 up to 8');
    expect(settingText('chunkTokens', choiceOf())).to.equal('as the card');
    expect(settingText('governor', choiceOf())).to.equal('slo');
  });
});
