import type { Random } from '../../../ports/random.ts';
import { hashOf } from '../hash.ts';

const HALF = 2 ** 31;
/** Far above 2^40, below which an engine's own request ids lie, and within an int64. */
const BASE = 1n << 62n;

const draw31 = (random: Random): bigint => BigInt(Math.floor(random.next() * HALF));

/**
 * Ids of one request on both engines, as decimal text: most doubles cannot hold them. In [2^62, 2^63). They take the place of the
 * orchestrator's snowflakes, whose parts no engine reads; the attempt's id keeps gateways apart as it does elsewhere.
 */
export const createRequestIds =
  (random: Random): ((attemptId: string) => string) =>
  (attemptId) => {
    const drawn = (draw31(random) << 31n) | draw31(random);
    return (BASE | BigInt.asUintN(62, drawn + hashOf(attemptId))).toString();
  };
