import type { Random } from '../ports/random.ts';
import { lighterDecode, lighterPrefill, type Order } from './order.ts';
import type { Candidate, RoutingPolicy } from './policy.ts';

/** Two different ones where there are two, and of those the lighter: almost as even as looking at all of them. */
function lighterOfTwo<L>(candidates: readonly Candidate<L>[], lighter: Order<L>, random: Random): Candidate<L> {
  const first = Math.floor(random.next() * candidates.length);
  const others = candidates.length - 1;
  const second = others === 0 ? first : (first + 1 + Math.floor(random.next() * others)) % candidates.length;
  const [a, b] = [candidates[Math.min(first, second)]!, candidates[Math.max(first, second)]!];
  return lighter(b, a) < 0 ? b : a;
}

/** The lighter of two drawn instances, at each role (Mitzenmacher, The power of two choices, 2001). */
export const powerOfTwo = (random: Random): RoutingPolicy => ({
  id: 'power-of-two',
  choose: ({ prefill, decode }) => ({
    kind: 'placement',
    prefill: lighterOfTwo(prefill, lighterPrefill, random).id,
    decode: lighterOfTwo(decode, lighterDecode, random).id,
    reason: 'the lighter of two drawn',
  }),
});
