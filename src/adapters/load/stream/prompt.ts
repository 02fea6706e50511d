import { PREFIX_BLOCK_TOKENS, type WorkloadRequest } from '../../../domain/request.ts';
import { createRandom, type SeededRandom } from '../../../statistics/random.ts';

/** Short and common, so that real tokenizers mostly spend one token on each. */
const WORDS = (
  'the of and to in is was he for it with as his on be at by had not are but from or have an they which one you were her all ' +
  'she there would their we him been has when who will more no if out so said what up its about into than them can only other ' +
  'new some could time these two may then do first any my now such like our over man me even most made after also did many'
).split(' ');

/** Fixed: a run's seed draws lengths and arrivals, the text only has to differ by request. */
const PROMPTS = createRandom(0);
/** Words that a text opens with, drawn for it alone: more than any cache compares by chance, and no two texts have them in common. */
const OPENING_WORDS = 16;
/** Where the words after an opening come from. Drawing each of them would hold up a client that sends long prompts. */
const BOOK_WORDS = 8192;

const draw = (random: SeededRandom, count: number): string[] =>
  Array.from({ length: count }, () => WORDS[Math.floor(random.next() * WORDS.length)]!);

interface Book {
  readonly text: string;
  /** Where each word begins in the text, and as the last one the text's length. */
  readonly starts: Int32Array;
}

const bookOf = (words: readonly string[]): Book => {
  const starts = new Int32Array(words.length + 1);
  words.forEach((word, i) => (starts[i + 1] = starts[i]! + word.length + 1));
  return { text: `${words.join(' ')} `, starts };
};
const BOOK = bookOf(draw(PROMPTS.fork('book'), BOOK_WORDS));

/** So many words of the book from a place on, over and over, each followed by a blank. */
const fromBook = (from: number, count: number): string => {
  const { text, starts } = BOOK;
  let words = '';
  let at = from;
  for (let left = count; left > 0; at = 0) {
    const taken = Math.min(left, BOOK_WORDS - at);
    words += text.slice(starts[at], starts[at + taken]);
    left -= taken;
  }
  return words;
};

/** The same name always gives the same words, each followed by a blank; fewer of them are their beginning. */
const wordsOf = (name: string, count: number): string => {
  if (count <= 0) return '';
  const random = PROMPTS.fork(name);
  const opening = draw(random, OPENING_WORDS).slice(0, count).join(' ');
  return `${opening} ${fromBook(Math.floor(random.next() * BOOK_WORDS), count - OPENING_WORDS)}`;
};

/**
 * A prompt of as many words as the server counts for the tokens asked for. The same request always gives the same text, so that
 * two runs do the same work. Blocks of `prefix` with equal hashes are equal; what has no hash, or another one, differs from its
 * first words on, so that no prefix cache helps.
 * @param tokensPerWord tokens that the server counts for each word
 */
export const promptText = (
  { id, promptTokens, prefix = [] }: Pick<WorkloadRequest, 'id' | 'promptTokens' | 'prefix'>,
  tokensPerWord = 1,
): string => {
  const wordsUpTo = (tokens: number): number => Math.max(1, Math.round(Math.min(tokens, promptTokens) / tokensPerWord));
  let text = '';
  let words = 0;
  for (let block = 0; block < prefix.length && words < wordsUpTo(promptTokens); block++) {
    const upTo = wordsUpTo((block + 1) * PREFIX_BLOCK_TOKENS);
    text += wordsOf(`block/${prefix[block]!}`, upTo - words);
    words = upTo;
  }
  return (text + wordsOf(id, wordsUpTo(promptTokens) - words)).trimEnd();
};
