import { VoltanaError } from '../../domain/errors.ts';

/** What a meter's number is, and how many J or W one of it is. */
interface Unit {
  readonly quantity: 'energy' | 'power';
  readonly factor: number;
}

const energy = (factor: number): Unit => ({ quantity: 'energy', factor });
const power = (factor: number): Unit => ({ quantity: 'power', factor });

const UNITS: Readonly<Record<string, Unit>> = {
  uJ: energy(1e-6),
  mJ: energy(1e-3),
  J: energy(1),
  kJ: energy(1e3),
  MJ: energy(1e6),
  Wmin: energy(60),
  Wh: energy(3600),
  kWh: energy(3.6e6),
  uW: power(1e-6),
  mW: power(1e-3),
  W: power(1),
  kW: power(1e3),
};

/** Where names tell their unit: the kernel's hwmon, Prometheus' base units, Redfish, and two families of smart plugs. */
const NAMES: readonly (readonly [name: RegExp, unit: string])[] = [
  [/^energy\d+_input$/, 'uJ'],
  [/^power\d+_(input|average)$/, 'uW'],
  [/^(.*\.)?ENERGY\.Total$/, 'kWh'],
  [/^(.*\.)?ENERGY\.Power$/, 'W'],
  [/^(.*\.)?aenergy\.total$/, 'Wh'],
  [/^(.*\.)?apower$/, 'W'],
  [/kwh$|kilowatt_?hours?$/i, 'kWh'],
  [/_wh$|watt_?hours?$|[a-z]Wh$/i, 'Wh'],
  [/_uj$|micro_?joules?$/i, 'uJ'],
  [/milli_?joules?$/i, 'mJ'],
  [/_kj$|kilo_?joules?$/i, 'kJ'],
  [/_j$|joules?$/i, 'J'],
  [/_uw$|micro_?watts?$/i, 'uW'],
  [/milli_?watts?$/i, 'mW'],
  [/_kw$|kilo_?watts?$/i, 'kW'],
  [/_w$|watts?$/i, 'W'],
];

/** A wall meter, as it was asked for. */
export interface WallSource extends Unit {
  readonly text: string;
  readonly at: { readonly kind: 'url'; readonly url: string } | { readonly kind: 'file'; readonly path: string };
  /** Path in a JSON document, or name of a Prometheus sample; null where the answer is a number. */
  readonly select: string | null;
}

const HINT = 'Write it as URL#NAME or FILE, with the unit behind a colon where its name does not tell it: http://plug/status#power:W.';

const problem = (text: string, what: string, hint = HINT): VoltanaError =>
  new VoltanaError('BAD_VALUE', `--wall-meter "${text}" ${what}`, { hint });

/** As it is written, or otherwise where only one can be meant: mJ is not MJ. */
function unitCalled(word: string): Unit | null {
  if (Object.hasOwn(UNITS, word)) return UNITS[word]!;
  const close = Object.keys(UNITS).filter((unit) => unit.toLowerCase() === word.toLowerCase());
  return close.length === 1 ? UNITS[close[0]!]! : null;
}

/** What stands behind the last colon, if it is a unit: ports and names of samples have colons, too. */
function withUnit(text: string): { readonly source: string; readonly unit: Unit | null } {
  const colon = text.lastIndexOf(':');
  const unit = colon < 0 ? null : unitCalled(text.slice(colon + 1));
  return unit === null ? { source: text, unit } : { source: text.slice(0, colon), unit };
}

function unitOfName(name: string): Unit | null {
  const bare = name.replace(/\{.*\}$/s, '').replace(/_total$/, '');
  const unit = NAMES.find(([pattern]) => pattern.test(bare))?.[1];
  return unit === undefined ? null : UNITS[unit]!;
}

const lastPartOf = (place: string): string => place.split(/[?]/)[0]!.split('/').at(-1)!;

/**
 * `http://HOST/metrics#NAME`, `http://HOST/status#ENERGY.Total`, `/sys/class/hwmon/hwmon3/power1_input`, `FILE:W`.
 * @param checkUrl throws for what is no URL
 * @throws VoltanaError BAD_VALUE for what is none of these, and where nothing tells the unit
 */
export function wallSource(text: string, checkUrl: (url: string) => void): WallSource {
  const { source, unit: stated } = withUnit(text);
  const hash = source.indexOf('#');
  const [place, select] = hash < 0 ? [source, null] : [source.slice(0, hash), source.slice(hash + 1).trim()];
  if (place.trim() === '') throw problem(text, 'names no meter');
  if (select === '') throw problem(text, 'has nothing behind its #');
  const isUrl = /^[a-z]+:\/\//i.test(place);
  if (isUrl) checkUrl(place);
  const unit = stated ?? unitOfName(select ?? lastPartOf(place));
  if (unit === null)
    throw problem(text, 'does not say its unit', `Write it behind a colon, as ${text}:W. There are: ${Object.keys(UNITS).join(', ')}.`);
  return { text, at: isUrl ? { kind: 'url', url: place } : { kind: 'file', path: place }, select, ...unit };
}
