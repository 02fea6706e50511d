import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import { validateAdaptation } from '../../schemas/compiled/validators.js';
import { sizeOf, type Covariance, type Row } from './covariance.ts';
import type { FilterState } from './filter.ts';

/** What a filter has learnt, as JSON. */
export interface StoredFilter extends Omit<FilterState, 'values' | 'covariance'> {
  readonly values: readonly number[];
  /** The lower triangle, row by row. */
  readonly covariance: readonly number[];
}

/** What a predictor has learnt, as JSON: `schemas/adaptation.schema.json`. */
export interface StoredAdaptation extends StoredFilter {
  readonly schemaVersion: 2;
  readonly kind: 'adaptation';
  readonly phase: Role;
  readonly last: { readonly shares: readonly number[]; readonly bucket: number } | null;
  readonly power: StoredFilter;
}

export interface Resumed {
  readonly state: FilterState;
  readonly last: Row | null;
  readonly power: FilterState;
}

const triangleOf = (covariance: Covariance): number[] => {
  const size = sizeOf(covariance);
  const triangle: number[] = [];
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) triangle.push(covariance[i * size + j]!);
  return triangle;
};

function fromTriangle(triangle: readonly number[], size: number): Covariance {
  const covariance = new Float64Array(size * size);
  let next = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      covariance[i * size + j] = covariance[j * size + i] = triangle[next++]!;
    }
  }
  return covariance;
}

const filterOf = (state: FilterState): StoredFilter => ({
  ...state,
  surprises: [...state.surprises],
  values: [...state.values],
  covariance: triangleOf(state.covariance),
});

export const storedOf = (phase: Role, state: FilterState, last: Row | null, power: FilterState): StoredAdaptation => ({
  schemaVersion: 2,
  kind: 'adaptation',
  phase,
  ...filterOf(state),
  last: last && { shares: Array.from(last.shares), bucket: last.bucket },
  power: filterOf(power),
});

const damaged = (problem: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `the stored adaptation ${problem}`, { hint: 'Leave it out: it is learnt again within minutes.' });

/** No two quantities vary together more than they vary. */
const isCovariance = (covariance: Covariance): boolean => {
  const size = sizeOf(covariance);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      const both = covariance[i * size + i]! * covariance[j * size + j]!;
      if (covariance[i * size + j]! ** 2 > both * (1 + 1e-6)) return false;
    }
  return true;
};

function resumed({ values, covariance, surprises, ...rest }: StoredFilter): FilterState {
  const state = {
    ...rest,
    surprises: [...surprises],
    values: Float64Array.from(values),
    covariance: fromTriangle(covariance, values.length),
  };
  if (!isCovariance(state.covariance)) throw damaged('is damaged: its covariance is none');
  return state;
}

/** @throws VoltanaError FILE_MALFORMED */
export function parseStored(value: unknown, phase: Role): Resumed {
  if (!validateAdaptation(value)) {
    const [error] = validateAdaptation.errors ?? [];
    throw damaged(`is damaged: ${error?.instancePath || 'it'} ${error?.message ?? ''}`);
  }
  const { schemaVersion: _, kind: __, phase: learntIn, last, power, ...filter } = value as StoredAdaptation;
  if (learntIn !== phase) throw damaged(`is of a ${learntIn} instance, not of a ${phase} instance`);
  return { state: resumed(filter), last, power: resumed(power) };
}
