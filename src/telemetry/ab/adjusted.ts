/** One block's periods, in their order. Each list is as long as the block. */
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

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** What a block has in common goes with its mean: its own load, and where on a slow drift it lies. */
const centred = (values: readonly number[]): number[] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
};

const without = (vector: readonly number[], directions: readonly Float64Array[]): Float64Array =>
  directions.reduce((rest, direction) => {
    const along = dot(rest, direction);
    return rest.map((value, i) => value - along * direction[i]!);
  }, Float64Array.from(vector));

/** How many covariates so many degrees of freedom can pay. */
export const covariatesFor = (df: number): number => Math.floor(df / DF_PER_COVARIATE);

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

  constructor(blocks: readonly BlockRows[]) {
    const periods = blocks.reduce((sum, { response }) => sum + response.length, 0);
    const spare = covariatesFor(periods - blocks.length - 1);
    const columns = (blocks[0]?.covariates ?? []).map((_, k) => blocks.flatMap(({ covariates }) => centred(covariates[k]!)));
    this.#directions = orthonormal(columns, spare);
    this.df = periods - blocks.length - 1 - this.#directions.length;
    const response = blocks.flatMap(({ response: values }) => centred(values));
    this.#residual = without(response, this.#directions);
    const left = dot(this.#residual, this.#residual);
    const size = Math.max(...blocks.flatMap(({ response: values }) => values.map(Math.abs)));
    this.#left = Math.sqrt(left / periods) <= ROUNDING * Math.max(1, size) ? 0 : left;
  }

  /** How much of an assignment is neither block nor covariate: the effect's precision. @param arms -1/2 for A, 1/2 for B */
  precisionOf(arms: ArrayLike<number>): number {
    let own = dot(arms, arms);
    for (const direction of this.#directions) own -= dot(arms, direction) ** 2;
    return own <= COLLINEAR * arms.length ? 0 : own;
  }

  /** @param arms -1/2 for A, 1/2 for B, equally many of each in each block */
  effectOf(arms: ArrayLike<number>): ArmEffect {
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
  shareOf(arms: ArrayLike<number>): number {
    const precision = this.precisionOf(arms);
    if (precision === 0 || this.#left === 0) return 0;
    return Math.min(dot(arms, this.#residual) ** 2 / precision / this.#left, 1);
  }
}

/** Gram and Schmidt, the first columns first, as many as may be spared. */
function orthonormal(columns: readonly (readonly number[])[], most: number): Float64Array[] {
  const directions: Float64Array[] = [];
  for (const column of columns) {
    if (directions.length >= most) break;
    const rest = without(column, directions);
    const [own, whole] = [Math.sqrt(dot(rest, rest)), Math.sqrt(dot(column, column))];
    if (own > COLLINEAR * whole) directions.push(rest.map((value) => value / own));
  }
  return directions;
}
