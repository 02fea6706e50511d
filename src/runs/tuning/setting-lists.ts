import { VoltanaError } from '../../domain/errors.ts';
import type { DeviceVariant, TuningChoice } from '../../domain/tuning.ts';
import { clockTable } from '../../emulation/device.ts';
import { GOVERNORS } from '../../governing/registry.ts';
import { ROUTINGS } from '../../routing/registry.ts';
import type { EffortName } from '../../tuning/search/effort.ts';
import { PLAIN_SETTINGS, type SettingLists } from '../../tuning/search/settings.ts';
import { profiledMhz, usualClocks } from '../simulating/checks.ts';
import { knownOf, numbersOf } from './lists.ts';
import type { TuneRequest } from './request.ts';

type Rest = TuningChoice['rest'];
const RESTS: readonly Rest[] = ['awake', 'park', 'release'];
const DEFAULT_REST: readonly Rest[] = ['awake', 'park'];
const DEFAULT_GOVERNORS: readonly string[] = ['slo', 'mpc', 'fixed'];
const DEFAULT_ROUTINGS: readonly string[] = ['eco', 'least-requests'];
/** Nobody serves with these: one needs the future, the other promises nothing. */
const UNSERVABLE: Readonly<Record<string, string>> = {
  'fixed-best': 'it is found beforehand; --governors fixed has the search find the pair',
  floor: 'it is a comparison and keeps no promise',
};

/** How finely clocks are tried. */
const FIXED_CLOCKS: Readonly<Record<EffortName, number>> = { quick: 6, usual: 10, thorough: 16 };
const LADDER_TOPS = [0.85, 0.7];
const MOST_RUNNING = [64, 128, 256];
const CHUNKS = [2048, 4096, 8192];
/** A graph for each power of two: little memory, much padding. */
const FEW_GRAPHS = Array.from({ length: 10 }, (_, i) => 2 ** i);
const ITL_TARGETS = [0.9, 0.98];
const TTFT_TARGETS = [0.8, 0.97];

function governorsOf(text: string | undefined): readonly string[] {
  if (text === undefined) return DEFAULT_GOVERNORS;
  const asked = knownOf('governors', text, 'governor', GOVERNORS);
  const wrong = asked.find((governor) => Object.hasOwn(UNSERVABLE, governor));
  if (wrong === undefined) return asked;
  throw new VoltanaError('BAD_VALUE', `governor ${wrong} cannot be recommended: ${UNSERVABLE[wrong]}`, {
    hint: `Leave ${wrong} out of --governors.`,
  });
}

/** So many values over the whole list, its ends included. */
function evenly(values: readonly number[], count: number): number[] {
  const last = values.length - 1;
  const places = Math.min(count - 1, last);
  return [...new Set(Array.from({ length: places + 1 }, (_, i) => values[places === 0 ? last : Math.round((i * last) / places)]!))];
}

const nearestOf = (values: readonly number[], to: number): number =>
  values.reduce((best, value) => (Math.abs(value - to) < Math.abs(best - to) ? value : best));

/** @throws VoltanaError BAD_VALUE for a cap that no GPU of the search can hold */
function capsOf(text: string | undefined, { gpu }: DeviceVariant): number[] {
  if (text === undefined) return [];
  const { limitW, idleW } = gpu.power;
  const leastW = Math.max(...idleW.map(([, watts]) => watts));
  const caps = numbersOf('caps', text, { type: 'number', minimum: 1, maximum: 100_000 });
  const wrong = caps.find((cap) => cap > limitW || cap <= leastW);
  if (wrong === undefined) return caps.filter((cap) => cap < limitW);
  throw new VoltanaError('BAD_VALUE', `--caps ${wrong} W cannot be held by ${gpu.id}`, {
    hint: `It idles at up to ${leastW} W, and its limit is ${limitW} W: give caps between them.`,
  });
}

/** What differs between devices: their clocks, limits and engines. The first of each is what the card has. */
export function variantSettings(request: TuneRequest, variant: DeviceVariant, effort: EffortName): Partial<SettingLists> {
  const { gpu, engine, fitted } = variant;
  const clocksMhz = usualClocks(clockTable(gpu), profiledMhz(fitted));
  const topMhz = clocksMhz.at(-1)!;
  const tops = LADDER_TOPS.map((part) => nearestOf(clocksMhz, part * topMhz)).filter((mhz) => mhz < topMhz);
  return {
    fixedMhz: evenly(clocksMhz, FIXED_CLOCKS[effort]),
    maxClockMhz: [null, ...new Set(tops)],
    powerLimitW: [null, ...capsOf(request.caps, variant)],
    maxRunning: [null, ...MOST_RUNNING.filter((most) => most < engine.maxRunningDecode)],
    chunkTokens: [null, ...CHUNKS.filter((chunk) => chunk !== engine.chunkTokens)],
    captureSizes: [null, FEW_GRAPHS.filter((size) => size <= engine.captureSizes.at(-1)!)],
  };
}

/** What all devices have in common. @throws VoltanaError UNKNOWN_ID, BAD_VALUE */
export const commonSettings = ({ governors, routings, rest }: TuneRequest): SettingLists => ({
  ...PLAIN_SETTINGS,
  governor: governorsOf(governors),
  routing: routings === undefined ? DEFAULT_ROUTINGS : knownOf('routings', routings, 'routing policy', ROUTINGS),
  itlTarget: [null, ...ITL_TARGETS],
  ttftTarget: [null, ...TTFT_TARGETS],
  rest: rest === undefined ? DEFAULT_REST : knownOf('rest', rest, 'rest', RESTS),
});
