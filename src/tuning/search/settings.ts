import type { TuningChoice } from '../../domain/tuning.ts';

/** Where a configuration lives: devices and instances. */
export type Layout = Pick<TuningChoice, 'variant' | 'tp' | 'prefill' | 'decode' | 'aggregated'>;
/** Everything else. */
export type Settings = Omit<TuningChoice, keyof Layout>;
export type SettingName = keyof Settings;

/**
 * The values to choose from. The first of each list is what a configuration has unless something speaks for another: put the usual
 * one, or the simplest, first. `fixedMhz` are the clocks that governor `fixed` may hold, in each phase its own.
 */
export type SettingLists = { readonly [K in Exclude<SettingName, 'fixedMhz'>]: readonly Settings[K][] } & {
  readonly fixedMhz: readonly number[];
};

export const SETTING_NAMES = [
  'governor',
  'routing',
  'fixedMhz',
  'minClockMhz',
  'maxClockMhz',
  'maxRunning',
  'captureSizes',
  'chunkTokens',
  'powerLimitW',
  'itlTarget',
  'ttftTarget',
  'rest',
] as const satisfies readonly SettingName[];

/** One way to run it all; give what is to be varied. */
export const PLAIN_SETTINGS: SettingLists = {
  governor: ['slo'],
  routing: ['eco'],
  fixedMhz: [],
  minClockMhz: [null],
  maxClockMhz: [null],
  maxRunning: [null],
  captureSizes: [null],
  chunkTokens: [null],
  powerLimitW: [null],
  itlTarget: [null],
  ttftTarget: [null],
  rest: ['awake'],
};

/** They hold their clocks, whatever the bounds. */
const UNBOUNDED_GOVERNORS: readonly string[] = ['max', 'fixed'];
const TARGETED_GOVERNORS: readonly string[] = ['slo', 'mpc'];
const TARGETED_ROUTINGS: readonly string[] = ['eco'];
/** With one instance per phase these have nothing to choose, and are one. */
const CHOOSERS: readonly string[] = ['least-requests', 'random', 'round-robin', 'power-of-two', 'cache-aware', 'tile-aware'];

const severalOfAPhase = ({ prefill, decode, aggregated }: Layout): boolean => Math.max(prefill, decode, aggregated) > 1;
const targeted = ({ governor, routing }: TuningChoice): boolean =>
  TARGETED_GOVERNORS.includes(governor) || TARGETED_ROUTINGS.includes(routing);

/** Whether a setting changes anything in such a configuration. */
function applies(name: SettingName, choice: TuningChoice): boolean {
  if (name === 'fixedMhz') return choice.governor === 'fixed';
  if (name === 'minClockMhz' || name === 'maxClockMhz') return !UNBOUNDED_GOVERNORS.includes(choice.governor);
  if (name === 'itlTarget' || name === 'ttftTarget') return targeted(choice);
  return name !== 'rest' || severalOfAPhase(choice);
}

const isList = (value: unknown): boolean => typeof value === 'object' && value !== null;
const same = (one: unknown, other: unknown): boolean =>
  one === other || (isList(one) && isList(other) && JSON.stringify(one) === JSON.stringify(other));

function routingOf({ routing, ...layout }: TuningChoice, routings: readonly string[]): string {
  const listed = routings.includes(routing) ? routing : routings[0]!;
  if (severalOfAPhase(layout) || !CHOOSERS.includes(listed)) return listed;
  return routings.find((id) => CHOOSERS.includes(id)) ?? listed;
}

/** Both phases of an aggregated instance share one clock: the pair is one clock. */
function pairOf({ fixedMhz, aggregated }: TuningChoice, clocksMhz: readonly number[]): TuningChoice['fixedMhz'] {
  const top = Math.max(...clocksMhz);
  const listed = (mhz: number | undefined): number => (mhz !== undefined && clocksMhz.includes(mhz) ? mhz : top);
  const prefill = listed(fixedMhz?.prefill);
  return { prefill, decode: aggregated > 0 ? prefill : listed(fixedMhz?.decode) };
}

type Value = TuningChoice[SettingName];

function valueOf(name: SettingName, choice: TuningChoice, lists: SettingLists): Value {
  if (!applies(name, choice)) return name === 'rest' ? 'awake' : null;
  if (name === 'routing') return routingOf(choice, lists.routing);
  if (name === 'fixedMhz') return pairOf(choice, lists.fixedMhz);
  const values: readonly Value[] = lists[name];
  return values.find((value) => same(value, choice[name])) ?? values[0]!;
}

/** As `tidied`, but clock bounds may cross. */
export function normalised(choice: TuningChoice, lists: SettingLists): TuningChoice | null {
  const tidy = { ...choice };
  for (const name of SETTING_NAMES) {
    if (name === 'fixedMhz' && tidy.governor === 'fixed' && lists.fixedMhz.length === 0) return null;
    Object.assign(tidy, { [name]: valueOf(name, tidy, lists) });
  }
  return tidy;
}

const crossing = ({ minClockMhz, maxClockMhz }: TuningChoice): boolean =>
  minClockMhz !== null && maxClockMhz !== null && minClockMhz > maxClockMhz;

/**
 * The choice with nothing said that changes nothing, and with values of these lists only: equal configurations become equal choices.
 * Null where it makes no sense: clock bounds that cross, governor `fixed` without a clock.
 */
export function tidied(choice: TuningChoice, lists: SettingLists): TuningChoice | null {
  const tidy = normalised(choice, lists);
  return tidy === null || crossing(tidy) ? null : tidy;
}

/** The first value of every list, as far as it means something there. */
export function usualChoice(layout: Layout, lists: SettingLists): TuningChoice {
  const first = Object.fromEntries(SETTING_NAMES.map((name) => [name, name === 'fixedMhz' ? null : lists[name][0]])) as unknown as Settings;
  return tidied({ ...layout, ...first }, lists)!;
}

/** How many settings differ from the first of their list: of two that are worth the same, the simpler one is easier to run. */
export const unusualSettings = (choice: TuningChoice, lists: SettingLists): number => {
  const usual = usualChoice(choice, lists);
  return SETTING_NAMES.filter((name) => !same(choice[name], usual[name])).length;
};

/** Canonical text of a choice: two choices are the same configuration when theirs are. */
export const choiceKey = (choice: TuningChoice): string =>
  JSON.stringify([
    choice.variant,
    choice.tp,
    choice.prefill,
    choice.decode,
    choice.aggregated,
    ...SETTING_NAMES.map((name) =>
      name === 'fixedMhz' && choice.fixedMhz ? [choice.fixedMhz.prefill, choice.fixedMhz.decode] : choice[name],
    ),
  ]);
