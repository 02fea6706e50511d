import { gpusOf, type TuningChoice } from '../../domain/tuning.ts';
import { countUpTo } from '../../statistics/ascending.ts';
import { drawIndex } from '../../statistics/draws.ts';
import type { Uniform } from '../../statistics/random.ts';
import { crossed } from './neighbours.ts';
import { neighbourhood, type Search } from './search.ts';
import { choiceKey, usualChoice, type Layout } from './settings.ts';
import { distinct, listsOf, randomChoice, type TuningSpace } from './space.ts';
import type { Entry } from './standing.ts';

/** In an order by chance (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: Uniform): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = drawIndex(random, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

const TRIES_EACH = 20;

/** A fleet twice as large idles for about twice the power, and takes twice as long to simulate: it comes a quarter as often. */
const weightOf = (layout: Layout): number => 1 / gpusOf(layout) ** 2;

/** Layouts by chance, smaller ones more often. */
function* weighted(layouts: readonly Layout[], random: Uniform): Generator<Layout, never> {
  let sum = 0;
  const sums = Float64Array.from(layouts, (layout) => (sum += weightOf(layout)));
  for (;;) {
    const at = random.next() * sum;
    yield layouts[Math.min(countUpTo(sums, at), layouts.length - 1)]!;
  }
}

/** So many different configurations: every layout as it usually is, then some with settings by chance. Fewer where there are no more. */
export function drawChoices(space: TuningSpace, layouts: readonly Layout[], count: number, random: Uniform): TuningChoice[] {
  const order = shuffled(layouts, random);
  const usual = order.map((layout) => usualChoice(layout, listsOf(space, layout.variant)));
  const drawn = new Map(usual.slice(0, count).map((choice) => [choiceKey(choice), choice]));
  const more = weighted(order, random);
  for (let i = 0; drawn.size < count && i < count * TRIES_EACH; i += 1) {
    const choice = randomChoice(space, more.next().value, random);
    drawn.set(choiceKey(choice), choice);
  }
  return [...drawn.values()];
}

/** Everything one step away from this one, and its layout and settings crossed with those of others. */
const steps = (search: Search, { choice }: Entry, others: readonly Entry[]): TuningChoice[] =>
  distinct([
    ...neighbourhood(search, choice).map((neighbour) => neighbour.choice),
    ...others
      .flatMap((other) => [crossed(search.space, choice, other.choice), crossed(search.space, other.choice, choice)])
      .filter((one) => one !== null),
  ]);

/** How many of the best are looked around, for so many new configurations. */
const STEPS_EACH = 12;
const FEWEST_CENTRES = 4;

/**
 * Configurations near the best that nobody has looked at: a few steps of each, so that settings meet that were never
 * drawn together.
 * @param best best first
 */
export function drawAround(search: Search, best: readonly Entry[], count: number, random: Uniform): TuningChoice[] {
  const centres = best.slice(0, Math.max(FEWEST_CENTRES, Math.ceil(count / STEPS_EACH)));
  const lists = centres.map((centre, i) =>
    shuffled(
      steps(search, centre, others(centres, i)).filter((choice) => !search.ledger.saw(choice)),
      random,
    ),
  );
  const found = new Map<string, TuningChoice>();
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let turn = 0; turn < longest; turn += 1)
    for (const list of lists) {
      const choice = list[turn];
      if (choice && found.size < count) found.set(choiceKey(choice), choice);
    }
  return [...found.values()];
}

const CROSSED_WITH = 6;

/** The best few but the i-th. */
const others = (entries: readonly Entry[], i: number): Entry[] => entries.slice(0, CROSSED_WITH + 1).filter((_, j) => j !== i);
