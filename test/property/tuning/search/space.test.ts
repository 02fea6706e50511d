import { expect } from 'chai';
import fc from 'fast-check';
import { gpusOf, type TuningChoice } from '../../../../src/domain/tuning.ts';
import { createRandom } from '../../../../src/statistics/random.ts';
import { neighboursOf } from '../../../../src/tuning/search/neighbours.ts';
import {
  choiceKey,
  PLAIN_SETTINGS,
  SETTING_NAMES,
  tidied,
  unusualSettings,
  type SettingLists,
} from '../../../../src/tuning/search/settings.ts';
import {
  everyChoice,
  hasLayout,
  layoutsOf,
  listsOf,
  randomChoice,
  valuesOf,
  type TuningSpace,
} from '../../../../src/tuning/search/space.ts';

const some = <T>(values: readonly T[], minLength = 1) => fc.shuffledSubarray([...values], { minLength });
const numbers = (...values: readonly number[]) => some([null, ...values]);

const anyLists: fc.Arbitrary<SettingLists> = fc
  .record({
    governor: some(['slo', 'max', 'fixed', 'ecofreq']),
    routing: some(['eco', 'least-requests', 'random']),
    fixedMhz: some([900, 1200, 1400]),
    minClockMhz: numbers(700, 1300),
    maxClockMhz: numbers(1000, 1400),
    chunkTokens: numbers(),
    itlTarget: numbers(0.8, 0.9),
    rest: some(['awake', 'park'] as const),
  })
  .map((lists) => ({ ...PLAIN_SETTINGS, ...lists }))
  // Bounds that cross in the usual choice are refused before a search begins.
  .filter(({ minClockMhz, maxClockMhz }) => !(minClockMhz[0]! > (maxClockMhz[0] ?? Infinity)));

const anySpace: fc.Arbitrary<TuningSpace> = fc
  .record({
    settings: anyLists,
    least: fc.integer({ min: 1, max: 2 }),
    more: fc.integer({ min: 0, max: 2 }),
    tps: some([1, 2]),
    aggregated: fc.boolean(),
    own: fc.boolean(),
  })
  .map(({ settings, least, more, tps, aggregated, own }) => ({
    variants: [{ id: 'a', tps }, ...(own ? [{ id: 'b', tps: [1], settings: { chunkTokens: [null, 4096] } }] : [])],
    gpus: { least, most: least + more },
    settings,
    disaggregated: true,
    aggregated,
  }));

/** Every combination there is, one by one. */
function bruteForce(space: TuningSpace): Set<string> {
  const found = new Set<string>();
  for (const layout of layoutsOf(space)) {
    const lists = listsOf(space, layout.variant);
    let partial: Partial<TuningChoice>[] = [{ ...layout, fixedMhz: null }];
    for (const name of SETTING_NAMES) {
      const values = valuesOf(lists, name);
      if (values.length > 0) partial = partial.flatMap((choice) => values.map((value) => ({ ...choice, [name]: value })));
    }
    for (const choice of partial) {
      const tidy = tidied(choice as TuningChoice, lists);
      if (tidy) found.add(choiceKey(tidy));
    }
  }
  return found;
}

const keysOf = (choices: readonly TuningChoice[]): string[] => choices.map(choiceKey);

describe('properties of the search space', () => {
  it('every choice is found, and once', () => {
    fc.assert(
      fc.property(anySpace, (space) => {
        const keys = keysOf(everyChoice(space, layoutsOf(space), 1e6)!);
        expect(new Set(keys).size).to.equal(keys.length);
        expect([...keys].sort()).to.deep.equal([...bruteForce(space)].sort());
      }),
      { numRuns: 15, seed: 21 },
    );
  });

  it('it gives up exactly where there are more choices than asked for', () => {
    fc.assert(
      fc.property(anySpace, fc.integer({ min: 1, max: 400 }), (space, most) => {
        const all = everyChoice(space, layoutsOf(space), 1e6)!;
        const bounded = everyChoice(space, layoutsOf(space), most);
        if (bounded === null) expect(all.length).to.be.above(most / 2);
        else expect(keysOf(bounded)).to.deep.equal(keysOf(all));
        if (all.length > most) expect(bounded).to.equal(null);
      }),
      { numRuns: 25, seed: 22 },
    );
  });

  it('tidying twice is tidying once, and what was drawn is a member', () => {
    fc.assert(
      fc.property(anySpace, fc.integer(), (space, seed) => {
        const members = new Set(keysOf(everyChoice(space, layoutsOf(space), 1e6)!));
        const random = createRandom(seed);
        for (const layout of layoutsOf(space)) {
          const choice = randomChoice(space, layout, random);
          expect(tidied(choice, listsOf(space, layout.variant))).to.deep.equal(choice);
          expect(members.has(choiceKey(choice))).to.equal(true);
          expect(unusualSettings(choice, listsOf(space, layout.variant))).to.be.within(0, SETTING_NAMES.length);
        }
      }),
      { numRuns: 20, seed: 23 },
    );
  });

  it('neighbours are other members of the space, each once, with GPUs in its range', () => {
    fc.assert(
      fc.property(anySpace, fc.integer(), (space, seed) => {
        const members = new Set(keysOf(everyChoice(space, layoutsOf(space), 1e6)!));
        const random = createRandom(seed);
        for (const layout of layoutsOf(space)) {
          const choice = randomChoice(space, layout, random);
          const neighbours = neighboursOf(space, choice).map((neighbour) => neighbour.choice);
          const keys = keysOf(neighbours);
          expect(new Set(keys).size).to.equal(keys.length);
          expect(keys).to.not.include(choiceKey(choice));
          for (const neighbour of neighbours) {
            expect(members.has(choiceKey(neighbour)), choiceKey(neighbour)).to.equal(true);
            expect(hasLayout(space, neighbour)).to.equal(true);
            expect(gpusOf(neighbour)).to.be.within(space.gpus.least, space.gpus.most);
          }
        }
      }),
      { numRuns: 15, seed: 24 },
    );
  });

  it('steps lead everywhere within a device', () => {
    const space: TuningSpace = {
      variants: [{ id: 'a', tps: [1, 2] }],
      gpus: { least: 2, most: 4 },
      disaggregated: true,
      aggregated: true,
      settings: {
        ...PLAIN_SETTINGS,
        governor: ['slo', 'fixed', 'max'],
        routing: ['eco', 'random'],
        fixedMhz: [900, 1200, 1400],
        chunkTokens: [null, 2048],
      },
    };
    const all = everyChoice(space, layoutsOf(space), 1e5)!;
    const reached = new Map([[choiceKey(all[0]!), all[0]!]]);
    for (const choice of reached.values())
      for (const neighbour of neighboursOf(space, choice)) reached.set(choiceKey(neighbour.choice), neighbour.choice);
    expect(reached.size).to.equal(all.length);
  });
});
