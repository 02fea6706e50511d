import { VoltanaError } from '../../domain/errors.ts';
import { gpusOf, type TuningChoice } from '../../domain/tuning.ts';
import { drawIndex } from '../../statistics/draws.ts';
import type { Uniform } from '../../statistics/random.ts';
import { choiceKey, normalised, SETTING_NAMES, tidied, usualChoice, type Layout, type SettingLists, type SettingName } from './settings.ts';

/** Devices to choose among. A fitted variant holds for one `tp`: give that one alone. */
export interface SpaceVariant {
  readonly id: string;
  /** GPUs per instance, to choose among. */
  readonly tps: readonly number[];
  /** What differs from the space's settings on these devices: clocks, power limits. */
  readonly settings?: Partial<SettingLists>;
}

/** Everything that may be chosen. */
export interface TuningSpace {
  readonly variants: readonly SpaceVariant[];
  readonly gpus: { readonly least: number; readonly most: number };
  readonly settings: SettingLists;
  /** Which kinds of fleet. */
  readonly disaggregated: boolean;
  readonly aggregated: boolean;
}

/** @throws VoltanaError BUG for a variant that the space lacks */
export function variantOf(space: TuningSpace, id: string): SpaceVariant {
  const variant = space.variants.find((one) => one.id === id);
  if (!variant) throw new VoltanaError('BUG', `the search space has no variant ${id}`);
  return variant;
}

/** The settings to choose from on these devices. */
export const listsOf = (space: TuningSpace, variant: string): SettingLists => {
  const own = space.variants.find(({ id }) => id === variant)?.settings;
  return own ? { ...space.settings, ...own } : space.settings;
};

function layoutsOfTp(space: TuningSpace, variant: string, tp: number): Layout[] {
  const layouts: Layout[] = [];
  for (let n = Math.max(1, Math.ceil(space.gpus.least / tp)); n * tp <= space.gpus.most; n += 1) {
    for (let prefill = 1; space.disaggregated && prefill < n; prefill += 1)
      layouts.push({ variant, tp, prefill, decode: n - prefill, aggregated: 0 });
    if (space.aggregated) layouts.push({ variant, tp, prefill: 0, decode: 0, aggregated: n });
  }
  return layouts;
}

/** Every layout whose GPUs lie in the range, in a fixed order. */
export const layoutsOf = (space: TuningSpace): Layout[] =>
  space.variants.flatMap(({ id, tps }) => [...new Set(tps)].flatMap((tp) => layoutsOfTp(space, id, tp)));

/** Whether a layout is one of the space's. */
export function hasLayout(space: TuningSpace, layout: Layout): boolean {
  const { variant, tp, prefill, decode, aggregated } = layout;
  const gpus = gpusOf(layout);
  if (gpus < space.gpus.least || gpus > space.gpus.most) return false;
  if (space.variants.find(({ id }) => id === variant)?.tps.includes(tp) !== true) return false;
  if (aggregated > 0) return space.aggregated && prefill === 0 && decode === 0;
  return space.disaggregated && prefill > 0 && decode > 0;
}

type AnyValue = TuningChoice[SettingName];

/** Values of one setting; of `fixedMhz` every pair. */
export const valuesOf = (lists: SettingLists, name: SettingName): readonly AnyValue[] =>
  name === 'fixedMhz' ? lists.fixedMhz.flatMap((prefill) => lists.fixedMhz.map((decode) => ({ prefill, decode }))) : lists[name];

const present = <T>(value: T | null): T[] => (value === null ? [] : [value]);

/** Each value of one setting in each of these choices. */
const turned = (choices: readonly TuningChoice[], name: SettingName, lists: SettingLists): TuningChoice[] =>
  distinct(choices.flatMap((choice) => valuesOf(lists, name).flatMap((value) => present(normalised({ ...choice, [name]: value }, lists)))));

/** Every choice with this layout; null when there are more than `most`. What comes to the same is one from the start, so that the list never grows far beyond what there is. */
function everyChoiceOf(layout: Layout, lists: SettingLists, most: number): TuningChoice[] | null {
  let choices: TuningChoice[] = [usualChoice(layout, lists)];
  for (const name of SETTING_NAMES) {
    if (name === 'fixedMhz')
      choices = [
        ...choices.filter(({ governor }) => governor !== 'fixed'),
        ...turned(choices, name, lists).filter(({ governor }) => governor === 'fixed'),
      ];
    else choices = turned(choices, name, lists);
    if (choices.length > most) return null;
  }
  return choices.flatMap((choice) => present(tidied(choice, lists)));
}

/** Every choice of these layouts once; null when there are more than `most`. */
export function everyChoice(space: TuningSpace, layouts: readonly Layout[], most: number): TuningChoice[] | null {
  const found: TuningChoice[] = [];
  for (const layout of layouts) {
    const choices = everyChoiceOf(layout, listsOf(space, layout.variant), most - found.length);
    if (choices === null) return null;
    found.push(...choices);
  }
  return found;
}

/** The first of each configuration. */
export const distinct = (choices: readonly TuningChoice[]): TuningChoice[] => [
  ...new Map(choices.map((choice) => [choiceKey(choice), choice])).values(),
];

const drawOf = <T>(random: Uniform, values: readonly T[]): T => values[drawIndex(random, values.length)]!;

/** Half of what may be turned stays as it usually is: where everything is unusual at once, one bad setting hides the good ones. */
const STAY = 0.5;
const TRIES = 20;

/** A member with this layout, by chance. */
export function randomChoice(space: TuningSpace, layout: Layout, random: Uniform): TuningChoice {
  const lists = listsOf(space, layout.variant);
  const usual = usualChoice(layout, lists);
  for (let i = 0; i < TRIES; i += 1) {
    let choice = usual;
    for (const name of SETTING_NAMES) {
      const values = valuesOf(lists, name);
      const stays = name !== 'governor' && name !== 'fixedMhz' && random.next() < STAY;
      if (values.length > 1 && !stays) choice = { ...choice, [name]: drawOf(random, values) };
    }
    const tidy = tidied(choice, lists);
    if (tidy) return tidy;
  }
  return usual;
}

const bad = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_VALUE', message, { hint });

function checkSettings(lists: SettingLists): void {
  const empty = SETTING_NAMES.find((name) => name !== 'fixedMhz' && lists[name].length === 0);
  if (empty) throw bad(`there is nothing to choose for ${empty}`, 'Give at least one value.');
  if (lists.governor[0] === 'fixed' && lists.fixedMhz.length === 0)
    throw bad('governor fixed has no clocks to choose from', 'Give some, or leave the governor out.');
  const [least, most] = [lists.minClockMhz[0]!, lists.maxClockMhz[0]!];
  if (least !== null && most !== null && least > most)
    throw bad(`the least clock ${least} MHz is above the highest ${most} MHz`, 'Put bounds first that hold together.');
}

/** @throws VoltanaError BAD_VALUE for a space without any configuration, and BUG for two variants of one name */
export function checkSpace(space: TuningSpace): void {
  const { least, most } = space.gpus;
  if (!(least >= 1 && least <= most)) throw bad(`no number of GPUs lies between ${least} and ${most}`, 'Give a range such as 2..16.');
  if (new Set(space.variants.map(({ id }) => id)).size < space.variants.length)
    throw new VoltanaError('BUG', 'two variants of the search space have the same name');
  for (const { id } of space.variants) checkSettings(listsOf(space, id));
  if (layoutsOf(space).length > 0) return;
  const tps = [...new Set(space.variants.flatMap((variant) => variant.tps))].join(', ');
  throw bad(
    `no fleet of ${least} to ${most} GPUs can be made of instances of ${tps} GPU(s) each`,
    'Widen the range: a prefill and a decode instance are the least there is, unless instances may do both.',
  );
}
