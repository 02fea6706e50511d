/** Stretches along the tokens, numbered 0..2^bits-1; within one, what is predicted bends but does not step. */
export interface TokenGrid {
  /** Loads with fewer tokens, and those with as many as `toTokens`, are asked directly. */
  readonly fromTokens: number;
  readonly toTokens: number;
  readonly bits: number;
  stretchOf(tokens: number): number;
  /** The ends of a stretch: at both of them, what is predicted is exact. */
  low(stretch: number): number;
  high(stretch: number): number;
}

const KV_BITS = 7;
/** Even up to about here, geometric beyond. */
const KV_KNEE_TOKENS = 256;
/** What bends along the KV tokens (attention against its ramp) bends over octaves: a sixth of one keeps linear steps within 0.1 % of latency. */
const PER_OCTAVE = 6;
const KV_POINTS = Float64Array.from({ length: (1 << KV_BITS) + 1 }, (_, i) => KV_KNEE_TOKENS * (2 ** (i / PER_OCTAVE) - 1));

/** Where the stretches of one octave end, as parts of its beginning. */
const IN_OCTAVE = Float64Array.from({ length: PER_OCTAVE - 1 }, (_, i) => 2 ** ((i + 1) / PER_OCTAVE));

/** The whole part of `PER_OCTAVE * log2(1 + tokens / KV_KNEE_TOKENS)`, without a logarithm: it is asked for some hundred times a decision. */
function kvStretchOf(tokens: number): number {
  const knees = 1 + tokens / KV_KNEE_TOKENS;
  const octave = 31 - Math.clz32(knees);
  const part = knees / (1 << octave);
  let within = part < IN_OCTAVE[2]! ? 0 : 3;
  while (within < PER_OCTAVE - 1 && part >= IN_OCTAVE[within]!) within++;
  return octave * PER_OCTAVE + within;
}

/** KV tokens of a decode batch: up to some hundred millions. */
export const KV_GRID: TokenGrid = {
  fromTokens: 0,
  toTokens: KV_POINTS[(1 << KV_BITS) - 1]!,
  bits: KV_BITS,
  stretchOf: kvStretchOf,
  low: (stretch) => KV_POINTS[stretch]!,
  high: (stretch) => KV_POINTS[stretch + 1]!,
};

/** Every tile that an engine or a card uses is a multiple of this, so no step lies within a stretch of so many tokens. */
const STRETCH = 8;
const PROMPT_BITS = 13;

/** Tokens of a prefill: the first and the last of each stretch, since a new tile begins right behind one. */
export const PROMPT_GRID: TokenGrid = {
  fromTokens: 64,
  toTokens: STRETCH << PROMPT_BITS,
  bits: PROMPT_BITS,
  stretchOf: (tokens) => Math.ceil(tokens / STRETCH) - 1,
  low: (stretch) => stretch * STRETCH + 1,
  high: (stretch) => (stretch + 1) * STRETCH,
};
