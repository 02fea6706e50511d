import type { TuningChoice } from '../../domain/tuning.ts';
import { choiceKey, tidied, type Layout, type SettingLists, type SettingName } from './settings.ts';
import { hasLayout, listsOf, variantOf, type TuningSpace } from './space.ts';

/** One step away from another configuration. */
export interface Neighbour {
  /** What was turned: a setting, `layout`, `tp` or `variant`. */
  readonly setting: SettingName | 'layout' | 'tp' | 'variant';
  readonly choice: TuningChoice;
}

const counts = (prefill: number, decode: number, aggregated: number): Pick<Layout, 'prefill' | 'decode' | 'aggregated'> => ({
  prefill,
  decode,
  aggregated,
});

/** One instance more or fewer, one that changes sides, or the same instances of the other kind. */
function otherCounts({ prefill, decode, aggregated }: Layout): Pick<Layout, 'prefill' | 'decode' | 'aggregated'>[] {
  if (aggregated > 0) {
    const half = Math.ceil(aggregated / 2);
    return [counts(0, 0, aggregated - 1), counts(0, 0, aggregated + 1), counts(half, aggregated - half, 0)];
  }
  const moves = [
    [-1, 0],
    [0, -1],
    [1, 0],
    [0, 1],
    [1, -1],
    [-1, 1],
  ] as const;
  return [...moves.map(([p, d]) => counts(prefill + p, decode + d, 0)), counts(0, 0, prefill + decode)];
}

/** The next smaller and larger of a list, whatever its order. */
function beside(values: readonly number[], value: number): number[] {
  const [below, above] = [values.filter((one) => one < value), values.filter((one) => one > value)];
  return [...(below.length > 0 ? [Math.max(...below)] : []), ...(above.length > 0 ? [Math.min(...above)] : [])];
}

/** As many instances as before, and as many as come to the same GPUs. */
function ofOtherTp(choice: TuningChoice, tp: number): TuningChoice[] {
  const scale = choice.tp / tp;
  const scaled = (n: number): number => (n === 0 ? 0 : Math.max(1, Math.round(n * scale)));
  return [
    { ...choice, tp },
    { ...choice, tp, ...counts(scaled(choice.prefill), scaled(choice.decode), scaled(choice.aggregated)) },
  ];
}

/** Of numbers the next ones; null, as the card has it, is next to all. */
function otherNumbers(values: readonly (number | null)[], value: number | null): (number | null)[] {
  const numbers = values.filter((one) => one !== null);
  if (value === null) return numbers;
  return [...beside(numbers, value), ...(values.includes(null) ? [null] : [])];
}

type Pair = NonNullable<TuningChoice['fixedMhz']>;

const otherPairs = ({ prefill, decode }: Pair, clocksMhz: readonly number[], aggregated: boolean): Pair[] =>
  aggregated
    ? beside(clocksMhz, prefill).map((mhz) => ({ prefill: mhz, decode: mhz }))
    : [
        ...beside(clocksMhz, prefill).map((mhz) => ({ prefill: mhz, decode })),
        ...beside(clocksMhz, decode).map((mhz) => ({ prefill, decode: mhz })),
      ];

const NUMBERS = ['minClockMhz', 'maxClockMhz', 'maxRunning', 'chunkTokens', 'powerLimitW', 'itlTarget', 'ttftTarget'] as const;

/** Governor `fixed` begins at the highest clock and at the middle one, in each phase. */
function beginnings(clocksMhz: readonly number[]): Pair[] {
  const rising = [...clocksMhz].sort((a, b) => a - b);
  const tried = [...new Set([rising[rising.length >> 1]!, rising.at(-1)!])];
  return tried.flatMap((prefill) => tried.map((decode) => ({ prefill, decode })));
}

function otherGovernors(choice: TuningChoice, lists: SettingLists): TuningChoice[] {
  const others = lists.governor.filter((governor) => governor !== choice.governor);
  const begun = others.includes('fixed') && lists.fixedMhz.length > 0 ? beginnings(lists.fixedMhz) : [];
  return [
    ...others.filter((governor) => governor !== 'fixed').map((governor) => ({ ...choice, governor, fixedMhz: null })),
    ...begun.map((fixedMhz) => ({ ...choice, governor: 'fixed', fixedMhz })),
  ];
}

function otherSettings(choice: TuningChoice, lists: SettingLists): Neighbour[] {
  const of = (setting: SettingName, choices: readonly TuningChoice[]): Neighbour[] => choices.map((one) => ({ setting, choice: one }));
  const pairs = choice.fixedMhz ? otherPairs(choice.fixedMhz, lists.fixedMhz, choice.aggregated > 0) : [];
  return [
    ...of('governor', otherGovernors(choice, lists)),
    ...of(
      'fixedMhz',
      pairs.map((fixedMhz) => ({ ...choice, fixedMhz })),
    ),
    ...NUMBERS.flatMap((name) =>
      of(
        name,
        otherNumbers(lists[name], choice[name]).map((value) => ({ ...choice, [name]: value })),
      ),
    ),
    ...(['routing', 'captureSizes', 'rest'] as const).flatMap((name) =>
      of(
        name,
        lists[name].map((value) => ({ ...choice, [name]: value })),
      ),
    ),
  ];
}

function otherLayouts(space: TuningSpace, choice: TuningChoice): Neighbour[] {
  const { tps } = variantOf(space, choice.variant);
  const layouts = otherCounts(choice).map((moved): Neighbour => ({ setting: 'layout', choice: { ...choice, ...moved } }));
  const resized = beside(tps, choice.tp).flatMap((tp) => ofOtherTp(choice, tp));
  const moved = space.variants.filter(({ id }) => id !== choice.variant).map(({ id }) => ({ ...choice, variant: id }));
  return [
    ...layouts,
    ...resized.map((one): Neighbour => ({ setting: 'tp', choice: one })),
    ...moved.map((one): Neighbour => ({ setting: 'variant', choice: one })),
  ];
}

/** Configurations of the space that differ in one thing, and in what follows from it; each once, in a fixed order. */
export function neighboursOf(space: TuningSpace, choice: TuningChoice): Neighbour[] {
  const seen = new Set([choiceKey(choice)]);
  const found: Neighbour[] = [];
  for (const { setting, choice: raw } of [...otherLayouts(space, choice), ...otherSettings(choice, listsOf(space, choice.variant))]) {
    if (!hasLayout(space, raw)) continue;
    const tidy = tidied(raw, listsOf(space, raw.variant));
    if (!tidy || seen.has(choiceKey(tidy))) continue;
    seen.add(choiceKey(tidy));
    found.push({ setting, choice: tidy });
  }
  return found;
}

/** The layout of one with the settings of the other: what was good apart, together. */
export const crossed = (space: TuningSpace, layout: Layout, settings: TuningChoice): TuningChoice | null => {
  const { variant, tp, prefill, decode, aggregated } = layout;
  return tidied({ ...settings, variant, tp, prefill, decode, aggregated }, listsOf(space, variant));
};
