import type { PrefillLoad } from '../telemetry/load.ts';
import { firstBy, lighterDecode, lighterPrefill } from './order.ts';
import type { Candidate, RoutingPolicy, RoutingQuestion } from './policy.ts';
import { PREFIX_BOOK_BLOCKS, PrefixBook } from './prefix-book.ts';

/** The defaults of SGLang's router for the same three decisions. */
export interface CacheAwareTunables {
  /** Beyond this difference in waiting prompts, and this ratio, the lightest instance comes before any cache. */
  readonly mostDifference: number;
  readonly mostRatio: number;
  /** A match of less than this part of the prompt is not worth a queue. */
  readonly leastMatch: number;
  readonly prefixBlocks: number;
}

export const CACHE_AWARE_TUNABLES: CacheAwareTunables = {
  mostDifference: 32,
  mostRatio: 1.1,
  leastMatch: 0.3,
  prefixBlocks: PREFIX_BOOK_BLOCKS,
};

function imbalanced(prefill: RoutingQuestion['prefill'], { mostDifference, mostRatio }: CacheAwareTunables): boolean {
  let [least, most] = [Infinity, 0];
  for (const { load } of prefill) {
    least = Math.min(least, load.waiting.length);
    most = Math.max(most, load.waiting.length);
  }
  return most - least > mostDifference && most > mostRatio * least;
}

/** Longest match first; the lighter of equal matches. */
function bestMatch(
  { prefill, request }: RoutingQuestion,
  book: PrefixBook,
): { readonly match: Candidate<PrefillLoad>; readonly tokens: number } {
  let [match, tokens] = [prefill[0]!, -1];
  for (const candidate of prefill) {
    const cached = book.cachedTokens(candidate.id, request);
    if (cached > tokens || (cached === tokens && lighterPrefill(candidate, match) < 0)) [match, tokens] = [candidate, cached];
  }
  return { match, tokens };
}

function choosePrefill(
  question: RoutingQuestion,
  book: PrefixBook,
  tunables: CacheAwareTunables,
): readonly [Candidate<PrefillLoad>, string] {
  const lightest = firstBy(question.prefill, lighterPrefill);
  if (imbalanced(question.prefill, tunables)) return [lightest, 'imbalance: fewest requests'];
  const { match, tokens } = bestMatch(question, book);
  return tokens >= tunables.leastMatch * question.request.promptTokens
    ? [match, 'longest known prefix']
    : [lightest, 'no known prefix: fewest requests'];
}

/**
 * Prefill where most of the prompt's beginning has been computed before, unless that instance is far busier than
 * another; decode where the fewest requests are.
 */
export function cacheAware(tunables: CacheAwareTunables = CACHE_AWARE_TUNABLES): RoutingPolicy {
  const book = new PrefixBook(tunables.prefixBlocks);
  return {
    id: 'cache-aware',
    choose(question) {
      const [prefill, reason] = choosePrefill(question, book, tunables);
      book.sent(prefill.id, question.request);
      return { kind: 'placement', prefill: prefill.id, decode: firstBy(question.decode, lighterDecode).id, reason };
    },
  };
}
