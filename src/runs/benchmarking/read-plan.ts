import { VoltanaError } from '../../domain/errors.ts';
import type { BenchRequest } from './request.ts';
import type { AskedAb } from './resolve-ab.ts';
import type { AskedStandards } from './resolve.ts';

/** The first line of a bench's journal: enough to ask for the same again. */
export interface AskedPlan {
  readonly request: BenchRequest;
  /** Of an A/B test; null of a single run. */
  readonly ab: AskedAb | null;
  readonly standards: AskedStandards;
}

const NO_STANDARDS: AskedStandards = { thresholds: [], baseline: undefined, strict: false };

type Fields = Readonly<Record<string, unknown>>;
/** What a value must be, in words, and whether it is. */
interface Shape {
  readonly what: string;
  readonly fits: (value: unknown) => boolean;
}
type Shapes<T> = { readonly [key in keyof Required<T>]: Shape };

const isText = (value: unknown): boolean => typeof value === 'string';
const TEXT: Shape = { what: 'a text', fits: isText };
const TEXTS: Shape = { what: 'a list of texts', fits: (value) => Array.isArray(value) && value.every(isText) };
const SWITCH: Shape = { what: 'true or false', fits: (value) => typeof value === 'boolean' };
const OBJECT: Shape = { what: 'an object', fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) };
const within = (min: number, max: number): Shape => ({
  what: max === Infinity ? `a number of ${min} at least` : `a number from ${min} to ${max}`,
  fits: (value) => typeof value === 'number' && value >= min && value <= max,
});
const wholeWithin = (min: number, max: number): Shape => ({
  what: `a whole number from ${min} to ${max}`,
  fits: (value) => Number.isSafeInteger(value) && within(min, max).fits(value),
});

/** What the command line takes. */
const REQUEST: Shapes<BenchRequest> = {
  url: TEXT,
  api: TEXT,
  model: TEXT,
  apiKeyFile: TEXT,
  caFile: TEXT,
  insecure: SWITCH,
  cluster: TEXT,
  fitted: TEXT,
  governor: TEXT,
  routing: TEXT,
  clocks: TEXT,
  gatewayPort: wholeWithin(0, 65_535),
  workload: TEXT,
  trace: TEXT,
  rate: within(0.001, 1_000_000),
  burstiness: within(0.01, 1000),
  arrivals: TEXT,
  ramp: TEXT,
  concurrency: wholeWithin(1, 100_000),
  durationS: within(0.001, 1e7),
  requests: wholeWithin(1, 5_000_000),
  sloTtftMs: within(1, Infinity),
  sloItlMs: within(1, Infinity),
  repeat: wholeWithin(1, 1000),
  warmUpS: within(0, 3600),
  seed: wholeWithin(0, Number.MAX_SAFE_INTEGER),
  meterAgent: TEXT,
  meterGpus: TEXT,
  meterTokenFile: TEXT,
  meterCaFile: TEXT,
  meterCertFile: TEXT,
  meterKeyFile: TEXT,
  wallMeter: TEXT,
  wallMeterKeyFile: TEXT,
  wallMeterInsecure: SWITCH,
  ab: TEXTS,
};
const AB: Shapes<AskedAb> = {
  arms: TEXTS,
  blocks: wholeWithin(1, 1000),
  periodS: within(1, 86_400),
  washoutS: within(0, 86_400),
  aa: SWITCH,
};
const STANDARDS: Shapes<AskedStandards> = { thresholds: TEXTS, baseline: TEXT, strict: SWITCH };

const wrong = (place: string, name: string, what: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${place}: its "${name}" is not ${what}`, {
    hint: 'It was changed or damaged: begin the run anew.',
  });

/** What newer versions ask for besides is left to those who know it. */
function fieldsOf<T>(place: string, name: string, value: unknown, shapes: Shapes<T>, needed: readonly (keyof T & string)[]): T {
  if (!OBJECT.fits(value)) throw wrong(place, name, OBJECT.what);
  const fields = value as Fields;
  for (const [key, { what, fits }] of Object.entries<Shape>(shapes)) {
    const missing = fields[key] === undefined && !needed.includes(key as keyof T & string);
    if (!missing && !fits(fields[key])) throw wrong(place, `${name}.${key}`, what);
  }
  return value as T;
}

/** What a record or a journal says that it was asked. @throws VoltanaError FILE_MALFORMED, naming the place */
export const readRequest = (value: unknown, place: string): BenchRequest => fieldsOf(place, 'request', value, REQUEST, ['seed']);

/** @param place file of the journal @throws VoltanaError FILE_MALFORMED */
export function readPlan(plan: object, place: string): AskedPlan {
  const { request, ab = null, standards = NO_STANDARDS, scheduleHash } = plan as Fields;
  if (ab === null && !isText(scheduleHash)) throw wrong(place, 'scheduleHash', TEXT.what);
  return {
    request: readRequest(request, place),
    ab: ab === null ? null : fieldsOf(place, 'ab', ab, AB, ['arms', 'blocks', 'periodS', 'aa']),
    standards: fieldsOf(place, 'standards', standards, STANDARDS, ['thresholds', 'strict']),
  };
}
