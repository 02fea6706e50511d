import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import { validateAdaptation } from '../../schemas/compiled/validators.js';
import { SIZE, type Covariance, type Row } from './covariance.ts';
import type { FilterState } from './filter.ts';
import type { PowerGainState } from './power-gain.ts';

/** What a predictor has learnt, as JSON: `schemas/adaptation.schema.json`. */
export interface StoredAdaptation extends Omit<FilterState, 'values' | 'covariance'> {
  readonly schemaVersion: 1;
  readonly kind: 'adaptation';
  readonly phase: Role;
  readonly values: readonly number[];
  /** The lower triangle, row by row. */
  readonly covariance: readonly number[];
  readonly last: { readonly shares: readonly number[]; readonly bucket: number } | null;
  readonly power: PowerGainState;
}

export interface Resumed {
  readonly state: FilterState;
  readonly last: Row | null;
  readonly power: PowerGainState;
}

const triangleOf = (covariance: Covariance): number[] => {
  const triangle: number[] = [];
  for (let i = 0; i < SIZE; i++) for (let j = 0; j <= i; j++) triangle.push(covariance[i * SIZE + j]!);
  return triangle;
};

function fromTriangle(triangle: readonly number[]): Covariance {
  const covariance = new Float64Array(SIZE * SIZE);
  let next = 0;
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j <= i; j++) {
      covariance[i * SIZE + j] = covariance[j * SIZE + i] = triangle[next++]!;
    }
  }
  return covariance;
}

export const storedOf = (phase: Role, state: FilterState, last: Row | null, power: PowerGainState): StoredAdaptation => ({
  schemaVersion: 1,
  kind: 'adaptation',
  phase,
  ...state,
  surprises: [...state.surprises],
  values: [...state.values],
  covariance: triangleOf(state.covariance),
  last: last && { shares: Array.from(last.shares), bucket: last.bucket },
  power,
});

const damaged = (problem: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `the stored adaptation ${problem}`, { hint: 'Leave it out: it is learnt again within minutes.' });

/** No two quantities vary together more than they vary. */
const isCovariance = (covariance: Covariance): boolean => {
  for (let i = 0; i < SIZE; i++)
    for (let j = 0; j < i; j++) {
      const both = covariance[i * SIZE + i]! * covariance[j * SIZE + j]!;
      if (covariance[i * SIZE + j]! ** 2 > both * (1 + 1e-6)) return false;
    }
  return true;
};

/** @throws VoltanaError FILE_MALFORMED */
export function parseStored(value: unknown, phase: Role): Resumed {
  if (!validateAdaptation(value)) {
    const [error] = validateAdaptation.errors ?? [];
    throw damaged(`is damaged: ${error?.instancePath || 'it'} ${error?.message ?? ''}`);
  }
  const { schemaVersion: _, kind: __, phase: learntIn, values, covariance, last, power, ...rest } = value as StoredAdaptation;
  if (learntIn !== phase) throw damaged(`is of a ${learntIn} instance, not of a ${phase} instance`);
  const state = { ...rest, surprises: [...rest.surprises], values: Float64Array.from(values), covariance: fromTriangle(covariance) };
  if (!isCovariance(state.covariance)) throw damaged('is damaged: its covariance is none');
  return { state, last, power };
}
