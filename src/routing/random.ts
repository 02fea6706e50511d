import type { Random } from '../ports/random.ts';
import type { RoutingPolicy } from './policy.ts';

/** One of a list, each as likely as any other. */
export const drawOne = <T>(list: readonly T[], random: Random): T => list[Math.floor(random.next() * list.length)]!;

/** Any instance of each role, whatever it holds. Its stream is its only state. */
export const randomRouting = (random: Random): RoutingPolicy => ({
  id: 'random',
  choose: ({ prefill, decode }) => ({
    kind: 'placement',
    prefill: drawOne(prefill, random).id,
    decode: drawOne(decode, random).id,
    reason: 'drawn',
  }),
});
