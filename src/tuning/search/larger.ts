import { gpusOf, type TuningChoice } from '../../domain/tuning.ts';
import { crossed } from './neighbours.ts';
import { layoutKey, type Search } from './search.ts';
import { choiceKey, usualChoice, type Layout } from './settings.ts';
import { distinct, listsOf } from './space.ts';
import { byAttainment, ofFamilies, type Entry } from './standing.ts';

/** How many of those that come nearest to the target are tried as larger fleets. */
const TRIED = 2;

const grown = (layout: Layout, more: number): Layout[] =>
  layout.aggregated > 0
    ? [{ ...layout, aggregated: layout.aggregated + more }]
    : [
        { ...layout, prefill: layout.prefill + more },
        { ...layout, decode: layout.decode + more },
        { ...layout, prefill: layout.prefill + more, decode: layout.decode + more },
      ];

/**
 * The same with `more` instances of a phase or of both, and larger fleets as usual: for where everything that looked cheap turns out to
 * miss the target on loads that it was not chosen on. Fewest GPUs first.
 */
export function largerFleets({ space, layouts }: Search, judged: readonly Entry[], more: number): TuningChoice[] {
  const serving = new Set(layouts.map(layoutKey));
  const known = new Set(judged.map(({ key }) => key));
  const nearest = ofFamilies([...judged].sort(byAttainment)).slice(0, TRIED);
  const choices = nearest.flatMap(({ choice }) => {
    const { variant, tp, prefill, decode, aggregated } = choice;
    return grown({ variant, tp, prefill, decode, aggregated }, more)
      .filter((layout) => serving.has(layoutKey(layout)))
      .flatMap((layout) => [crossed(space, layout, choice), usualChoice(layout, listsOf(space, variant))]);
  });
  return distinct(choices.filter((choice) => choice !== null))
    .filter((choice) => !known.has(choiceKey(choice)))
    .sort((a, b) => gpusOf(a) - gpusOf(b));
}
