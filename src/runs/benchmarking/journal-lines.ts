import type { RequestOutcome } from '../../domain/request.ts';
import type { DonePeriod } from './ab.ts';
import { decodeOutcome, encodeOutcome, type OutcomeLine } from './journal-outcome.ts';
import { fromUnits, numberAt, problem, textAt, toUnits, wholeAt } from './journal-units.ts';
import type { MeterLook } from './meter-reader.ts';

/** A repeat begins, with a zero of its own. */
export interface RepeatBegun {
  readonly kind: 'begun';
  /** From 0. */
  readonly index: number;
  readonly seed: number;
}

/** Its end, with the figures that nobody could find again: null is not known. */
export interface RepeatEnded {
  readonly kind: 'ended';
  readonly facts: Readonly<Record<string, number | null>>;
}

/** Where an interrupted repeat went on. Its zero stands where it stood; what lies between is no time of the run. */
export interface RepeatResumed {
  readonly kind: 'resumed';
  readonly atMs: number;
}

/** So many requests of the schedule had been sent by then; closed loops, whose schedules know no times, need it. */
export interface SentSoFar {
  readonly kind: 'sent';
  readonly sent: number;
  readonly atMs: number;
}

/**
 * What a run writes down as it goes. Whatever follows a `begun` belongs to that repeat, up to its `ended`; times are ms since
 * that repeat's zero. Periods of an A/B test are written when they are done, each on its own.
 */
export type JournalEntry =
  | RepeatBegun
  | RepeatEnded
  | RepeatResumed
  | SentSoFar
  | { readonly kind: 'outcome'; readonly outcome: RequestOutcome }
  | { readonly kind: 'sample'; readonly sample: MeterLook }
  | { readonly kind: 'period'; readonly done: DonePeriod };

const ROLE_LETTERS = { prefill: 'p', decode: 'd' } as const;
const LIMITS: readonly unknown[] = ['power', 'thermal'];
const ENERGY_DIGITS = 1e6;
const rounded = (value: number, digits = ENERGY_DIGITS): number => Math.round(value * digits) / digits;

type SampleLine = readonly [
  instance: string,
  role: string,
  at: number,
  energyJ: number,
  powerW: number,
  appliedMhz: number,
  lockedMhz: number | null,
  limitedBy: string | null,
];

const encodeSample = ({ instance, role, atMs, energyJ, powerW, appliedMhz, lockedMhz, limitedBy }: MeterLook): SampleLine => [
  instance,
  ROLE_LETTERS[role],
  toUnits(atMs),
  rounded(energyJ),
  rounded(powerW),
  rounded(appliedMhz),
  lockedMhz,
  limitedBy,
];

function decodeSample(line: readonly unknown[]): MeterLook {
  const [, role, , , , , , limitedBy] = line;
  return {
    instance: textAt(line, 0),
    role: role === 'p' ? 'prefill' : role === 'd' ? 'decode' : problem('its role is unknown'),
    atMs: fromUnits(numberAt(line, 2)),
    energyJ: numberAt(line, 3),
    powerW: numberAt(line, 4),
    appliedMhz: numberAt(line, 5),
    lockedMhz: line[6] === null ? null : numberAt(line, 6),
    limitedBy: LIMITS.includes(limitedBy) ? (limitedBy as MeterLook['limitedBy']) : null,
  };
}

/** Its figures are as those who judge it left them; whether they are figures at all is looked at here. */
function decodePeriod(line: unknown): DonePeriod {
  const done = (typeof line === 'object' && line !== null ? line : {}) as Partial<DonePeriod>;
  const { arm, metrics } = (done.period ?? {}) as Partial<DonePeriod['period']>;
  const whole = (done.phase === 'aa' || done.phase === 'ab') && Number.isSafeInteger(done.index) && (arm === 'A' || arm === 'B');
  return whole && typeof metrics === 'object' ? (done as DonePeriod) : problem('it is no period of an A/B test');
}

function decodeFacts(facts: unknown): RepeatEnded['facts'] {
  if (typeof facts !== 'object' || facts === null) return problem('it has no facts');
  if (!Object.values(facts).every((fact) => fact === null || typeof fact === 'number')) return problem('one of its facts is no number');
  return facts as RepeatEnded['facts'];
}

/** As a journal keeps it: one short JSON object. Times are whole 10 us, energy whole uJ. */
export function encodeEntry(entry: JournalEntry): object {
  if (entry.kind === 'outcome') return { o: encodeOutcome(entry.outcome) };
  if (entry.kind === 'sample') return { m: encodeSample(entry.sample) };
  if (entry.kind === 'sent') return { s: [entry.sent, toUnits(entry.atMs)] };
  if (entry.kind === 'begun') return { b: [entry.index, entry.seed] };
  if (entry.kind === 'period') return { p: entry.done };
  if (entry.kind === 'ended') return { e: entry.facts };
  return { r: toUnits(entry.atMs) };
}

const DECODERS: Readonly<Record<string, (value: never) => JournalEntry>> = {
  o: (value: OutcomeLine) => ({ kind: 'outcome', outcome: decodeOutcome(value) }),
  m: (value: readonly unknown[]) => ({ kind: 'sample', sample: decodeSample(value) }),
  s: (value: readonly unknown[]) => ({ kind: 'sent', sent: wholeAt(value, 0), atMs: fromUnits(numberAt(value, 1)) }),
  b: (value: readonly unknown[]) => ({ kind: 'begun', index: wholeAt(value, 0), seed: numberAt(value, 1) }),
  p: (value: unknown) => ({ kind: 'period', done: decodePeriod(value) }),
  e: (value: unknown) => ({ kind: 'ended', facts: decodeFacts(value) }),
  r: (value: unknown) => ({ kind: 'resumed', atMs: fromUnits(numberAt([value], 0)) }),
};
const LISTS = ['o', 'm', 's', 'b'];

/**
 * @returns null for a kind that this version does not know: newer ones may write more
 * @throws VoltanaError FILE_MALFORMED for a known kind that is not as it should be
 */
export function decodeEntry(line: object): JournalEntry | null {
  const kind = Object.keys(line)[0] ?? '';
  const decoder = Object.hasOwn(DECODERS, kind) ? DECODERS[kind] : undefined;
  if (decoder === undefined) return null;
  const value = (line as Readonly<Record<string, unknown>>)[kind];
  if (LISTS.includes(kind) && !Array.isArray(value)) return problem(`"${kind}" is no list`);
  return decoder(value as never);
}
