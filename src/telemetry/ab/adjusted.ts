/** One block's periods, in their order. Each list is as long as the block, and all blocks are equally long. */
export interface BlockRows {
  readonly response: readonly number[];
  /** What else may explain it, the most trusted first. */
  readonly covariates: readonly (readonly number[])[];
}

/** One covariate for so many degrees of freedom: each costs one, and a spread from few is a guess that makes intervals useless. */
const DF_PER_COVARIATE = 3;
/** A covariate whose own part is smaller than this beside its neighbours explains nothing that they do not. */
const COLLINEAR = 1e-3;
/** Responses that differ by rounding only. */
const ROUNDING = 1e-12;

/** One type of array only: this is asked millions of times. */
const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** What a block has in common goes with its mean: its own load, and where on a slow drift it lies. */
const centred = (values: readonly number[]): number[] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
};

const without = (vector: Float64Array, directions: readonly Float64Array[]): Float64Array => {
  const rest = vector.slice();
  for (const direction of directions) {
    const along = dot(rest, direction);
    for (let i = 0; i < rest.length; i++) rest[i] = rest[i]! - along * direction[i]!;
  }
  return rest;
};

/** How many covariates so many degrees of freedom can pay. */
export const covariatesFor = (df: number): number => Math.floor(df / DF_PER_COVARIATE);

/** All blocks one after the other, what each has in common taken out. */
export interface CentredRows {
  readonly blocks: number;
  readonly response: Float64Array;
  readonly covariates: readonly Float64Array[];
  /** Of the response as it was. */
  readonly largest: number;
}

export const centredRows = (blocks: readonly BlockRows[]): CentredRows => ({
  blocks: blocks.length,
  response: Float64Array.from(blocks.flatMap(({ response }) => centred(response))),
  covariates: (blocks[0]?.covariates ?? []).map((_, k) => Float64Array.from(blocks.flatMap(({ covariates }) => centred(covariates[k]!)))),
  largest: Math.max(...blocks.flatMap(({ response }) => response.map(Math.abs))),
});

/** These blocks of a column, one after the other. @param blocks how many the column holds */
export const pickedBlocks = (column: Float64Array, blocks: number, picks: Uint32Array): Float64Array => {
  const size = column.length / blocks;
  const picked = new Float64Array(size * picks.length);
  for (let i = 0; i < picked.length; i++) picked[i] = column[picks[Math.floor(i / size)]! * size + (i % size)]!;
  return picked;
};

export const pickedRows = ({ blocks, response, covariates, largest }: CentredRows, picks: Uint32Array): CentredRows => ({
  blocks: picks.length,
  response: pickedBlocks(response, blocks, picks),
  covariates: covariates.map((column) => pickedBlocks(column, blocks, picks)),
  largest,
});

/** The effect of the arm, everything else accounted for. */
export interface ArmEffect {
  /** B less A, in units of the response. */
  readonly effect: number;
  readonly standardError: number;
  /** Of what blocks and covariates leave unexplained, the share that the arm explains: grows with |t|. In [0, 1]. */
  readonly share: number;
}

/**
 * A regression on blocks, covariates and an arm, ready to be asked about any assignment of arms (Frisch, Waugh and Lovell:
 * blocks and covariates are taken out of both sides once).
 */
export class AdjustedResponse {
  readonly df: number;
  readonly #residual: Float64Array;
  readonly #directions: readonly Float64Array[];
  readonly #left: number;

  constructor({ blocks, response, covariates, largest }: CentredRows) {
    const periods = response.length;
    this.#directions = orthonormal(covariates, covariatesFor(periods - blocks - 1));
    this.df = periods - blocks - 1 - this.#directions.length;
    this.#residual = without(response, this.#directions);
    const left = dot(this.#residual, this.#residual);
    this.#left = Math.sqrt(left / periods) <= ROUNDING * Math.max(1, largest) ? 0 : left;
  }

  /** How much of an assignment is neither block nor covariate: the effect's precision. @param arms -1/2 for A, 1/2 for B */
  precisionOf(arms: Float64Array): number {
    let own = dot(arms, arms);
    for (const direction of this.#directions) own -= dot(arms, direction) ** 2;
    return own <= COLLINEAR * arms.length ? 0 : own;
  }

  /** @param arms -1/2 for A, 1/2 for B, equally many of each in each block */
  effectOf(arms: Float64Array): ArmEffect {
    const precision = this.precisionOf(arms);
    if (precision === 0 || this.#left === 0) return { effect: 0, standardError: 0, share: 0 };
    const along = dot(arms, this.#residual);
    const explained = Math.min(along ** 2 / precision, this.#left);
    return {
      effect: along / precision,
      standardError: Math.sqrt((this.#left - explained) / this.df / precision),
      share: explained / this.#left,
    };
  }

  /** `effectOf(arms).share`, which a test asks for thousands of times. */
  shareOf(arms: Float64Array): number {
    const precision = this.precisionOf(arms);
    if (precision === 0 || this.#left === 0) return 0;
    return Math.min(dot(arms, this.#residual) ** 2 / precision / this.#left, 1);
  }
}

/** Gram and Schmidt, the first columns first, as many as may be spared. */
function orthonormal(columns: readonly Float64Array[], most: number): Float64Array[] {
  const directions: Float64Array[] = [];
  for (const column of columns) {
    if (directions.length >= most) break;
    const rest = without(column, directions);
    const [own, whole] = [Math.sqrt(dot(rest, rest)), Math.sqrt(dot(column, column))];
    if (own > COLLINEAR * whole) directions.push(rest.map((value) => value / own));
  }
  return directions;
}
