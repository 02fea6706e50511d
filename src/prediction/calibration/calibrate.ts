import type { GpuCard, Sources } from '../../domain/cards.ts';
import { CONSTANTS, constantOf, withConstants, type Constant } from './constants.ts';
import { fitCard, type Surroundings } from './fit-card.ts';
import type { Table } from './observation.ts';
import { Workbench } from './workbench.ts';

export interface Calibration {
  readonly card: GpuCard;
  /** Constants that the tables speak of, with their values before and after. */
  readonly fitted: readonly { readonly path: string; readonly before: number; readonly after: number }[];
}

/** Significant digits of a fitted constant: more than any of them is known to. */
const DIGITS = 4;
/** A change that any constant at work shows in some prediction. */
const NUDGE = 1.02;

/** Whether any observation would notice if the constant were another. */
function matters(card: GpuCard, constant: Constant, tables: readonly Table[], { engine, models }: Surroundings): boolean {
  const value = constantOf(card, constant.path);
  const nudged = withConstants(card, [constant], [value * NUDGE]);
  const here = new Workbench(card, engine, models);
  const there = new Workbench(nudged, engine, models);
  return tables.some(({ observations }) => observations.some(({ predict }) => predict(here) !== predict(there)));
}

const sourceOf = (tables: readonly Table[]): string =>
  `npm run calibrate, one robust fit of all its constants to: ${tables.map(({ name, source }) => `${name} (${source})`).join('; ')}`;

const fitOf = (path: string): string => `the fit of ${path}`;

/**
 * The first of the fitted constants tells the source, the others point at it. What pointed at a constant that is fitted anew and is not
 * fitted itself keeps what stood there.
 */
function withSources({ sources, ...card }: GpuCard, fitted: readonly string[], source: string): GpuCard {
  const [first, ...others] = fitted;
  if (first === undefined) return { ...card, sources };
  const kept = Object.entries(sources).map(([path, told]) => {
    const owner = fitted.find((each) => told === fitOf(each));
    return [path, owner === undefined ? told : sources[owner]!] as const;
  });
  const renewed: Sources = { [first]: source, ...Object.fromEntries(others.map((path) => [path, fitOf(first)])) };
  return { ...card, sources: { ...Object.fromEntries(kept), ...renewed } };
}

/** A card whose fitted constants follow the tables and say so; what no table speaks of stays, with its source. */
export function calibrate(card: GpuCard, tables: readonly Table[], surroundings: Surroundings): Calibration {
  const concerned = CONSTANTS.filter((constant) => matters(card, constant, tables, surroundings));
  const exact = fitCard(card, tables, surroundings);
  const values = concerned.map(({ path }) => Number(constantOf(exact, path).toPrecision(DIGITS)));
  const paths = concerned.map(({ path }) => path);
  return {
    card: withSources(withConstants(card, concerned, values), paths, sourceOf(tables)),
    fitted: paths.map((path, index) => ({ path, before: constantOf(card, path), after: values[index]! })),
  };
}
