import type { Role } from '../../domain/instance.ts';
import type { LinearTerm } from '../../domain/profile.ts';

/**
 * The reference's lookup table (VoltanaLLM): one line per clock and stretch, one file per phase and quantity. Latency in
 * ms, energy in J of all GPUs, both of one iteration: `coef_bs * batch + coef_tokens * tokens + coef_intercept`. A stretch is of running
 * requests for decode, and for prefill of the prompt tokens in an iteration: what the GEMMs have as rows.
 */
export const LOOKUP_COLUMNS = ['freq', 'bs_start', 'bs_end', 'coef_bs', 'coef_tokens', 'coef_intercept', 'r_2'] as const;

const QUANTITIES = ['latency', 'energy'] as const;
export type LookupQuantity = (typeof QUANTITIES)[number];

/** What a table is of: nothing inside it says so. */
export interface LookupSubject {
  readonly phase: Role;
  readonly quantity: LookupQuantity;
}

export interface LookupRow {
  readonly clockMhz: number;
  /** Inclusive: requests (decode) or tokens (prefill). */
  readonly batch: readonly [number, number];
  readonly term: LinearTerm;
}

export interface LookupTable extends LookupSubject {
  readonly fileName: string;
  /** Ascending by clock, then by batch; per clock without gaps. */
  readonly rows: readonly LookupRow[];
}

/** All four tables of a fit. */
export const LOOKUP_SUBJECTS: readonly LookupSubject[] = (['decode', 'prefill'] as const).flatMap((phase) =>
  QUANTITIES.map((quantity) => ({ phase, quantity })),
);

/** `t.csv` -> `t.decode-energy.csv`: where a table lies that is not the one asked for. */
export const companionFile = (file: string, { phase, quantity }: LookupSubject): string =>
  file.replace(/\.csv$/i, `.${phase}-${quantity}.csv`);

const WORDS: Readonly<Record<string, Partial<LookupSubject>>> = {
  prefill: { phase: 'prefill' },
  decode: { phase: 'decode' },
  ttft: { phase: 'prefill', quantity: 'latency' },
  itl: { phase: 'decode', quantity: 'latency' },
  latency: { quantity: 'latency' },
  energy: { quantity: 'energy' },
};

const wordsOf = (fileName: string): string[] => fileName.toLowerCase().split(/[^a-z]+/);

/** What a file's name says of the table in it, as in `x.decode-energy.csv` or `ITL.csv`; null when it does not say, or says two things. */
export function subjectOfName(fileName: string): LookupSubject | null {
  const told = wordsOf(fileName).flatMap((word) => (Object.hasOwn(WORDS, word) ? [WORDS[word]!] : []));
  const phases = new Set(told.flatMap(({ phase }) => phase ?? []));
  const energy = told.some(({ quantity }) => quantity === 'energy');
  const latency = told.some(({ quantity }) => quantity === 'latency');
  const [phase] = phases;
  if (phase === undefined || phases.size > 1 || !(energy || latency)) return null;
  // "itl-energy" is the energy of what the gap between tokens takes.
  return { phase, quantity: energy ? 'energy' : 'latency' };
}
