import { createRandom } from '../../../statistics/random.ts';

/** Ids that every vocabulary has, beyond the special tokens and single bytes at its beginning. */
const FIRST_ID = 300;
const IDS = 8192;
/** Longer than any prompt of a profile by enough that many begin at different places of it. */
const STOCK = 65_536;

export interface TokenIds {
  /** A JSON array of so many ids, which begins like no earlier one: no prefix cache knows any of it. */
  prompt(tokens: number): string;
}

/** Prompts of exact length. The same seed gives the same ones, in order. */
export function createTokenIds(seed: number): TokenIds {
  const random = createRandom(seed).fork('prompts');
  const id = (n: number): number => FIRST_ID + (n % IDS);
  const draw = (): number => id(Math.floor(random.next() * IDS));
  const stock = Array.from({ length: STOCK }, draw);
  let count = Math.floor(random.next() * IDS);
  return {
    prompt(tokens) {
      const own = [id(count), id(Math.floor(count / IDS))];
      count++;
      const from = Math.floor(random.next() * STOCK);
      const rest = Array.from({ length: Math.max(0, tokens - own.length) }, (_, i) => stock[(from + i) % STOCK]!);
      return `[${[...own.slice(0, tokens), ...rest].join(',')}]`;
    },
  };
}
