/** Uniform numbers in [0, 1): what draws need. Satisfies the `Random` port, which this layer may not import. */
export interface Uniform {
  next(): number;
}

/** A seeded stream that hands out independent streams by name. */
export interface SeededRandom extends Uniform {
  /** Depends on this stream's seed and the name alone, not on how much was drawn: adding a consumer moves nobody else's numbers. */
  fork(name: string): SeededRandom;
}

/** 32 well-mixed bits of a text (FNV-1a with an avalanche at the end); `salt` gives independent ones of the same text. */
const hash32 = (text: string, salt: number): number => {
  let hash = (0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Chris Doty-Humphrey's sfc32 (PractRand): 128 bits of state, period of 2^32 at least. */
const sfc32 = (key: string): (() => number) => {
  let [a, b, c, counter] = [hash32(key, 1), hash32(key, 2), hash32(key, 3), 1];
  const draw = (): number => {
    const output = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + output) | 0;
    return output >>> 0;
  };
  // The generator's own advice: discard the first rounds after seeding.
  for (let i = 0; i < 12; i += 1) draw();
  return draw;
};

const streamOf = (key: string): SeededRandom => {
  const draw = sfc32(key);
  return {
    // 53 bits from two draws: 32 alone would show steps in exponential tails.
    next: () => ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) / 2 ** 53,
    fork: (name) => streamOf(`${key}/${name}`),
  };
};

/**
 * A reproducible stream of random numbers.
 * @throws RangeError unless the seed is a safe integer
 */
export const createRandom = (seed: number): SeededRandom => {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed is an integer, got ${seed}`);
  return streamOf(String(seed));
};
