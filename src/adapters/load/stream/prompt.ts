import { createRandom } from '../../../statistics/random.ts';

/** Short and common, so that real tokenizers mostly spend one token on each. */
const WORDS = (
  'the of and to in is was he for it with as his on be at by had not are but from or have an they which one you were her all ' +
  'she there would their we him been has when who will more no if out so said what up its about into than them can only other ' +
  'new some could time these two may then do first any my now such like our over man me even most made after also did many'
).split(' ');

/** Fixed: a run's seed draws lengths and arrivals, the text only has to differ by request. */
const PROMPTS = createRandom(0);

/**
 * A prompt of exactly `promptTokens` words. The same id always gives the same text, so that two runs do the same
 * work; different ids differ from the first words on, so that no prefix cache helps.
 */
export const promptText = (requestId: string, promptTokens: number): string => {
  const words = new Array<string>(promptTokens);
  const random = PROMPTS.fork(requestId);
  for (let index = 0; index < promptTokens; index += 1) {
    words[index] = WORDS[Math.floor(random.next() * WORDS.length)] as string;
  }
  return words.join(' ');
};
