import type { Random } from '../ports/random.ts';
import type { DecodeLoad } from '../telemetry/load.ts';
import { firstBy, lighterDecode, requestsOf, type Order } from './order.ts';
import type { Candidate, RoutingPolicy } from './policy.ts';
import { drawOne } from './random.ts';

/** Rows that a matrix kernel of the reference's GPU computes at once. */
export const TILE_REQUESTS = 128;

const lowestClock: Order<DecodeLoad> = (a, b) => a.currentMhz - b.currentMhz || lighterDecode(a, b);

const fewestTiles =
  (tileRequests: number): Order<DecodeLoad> =>
  (a, b) =>
    Math.ceil(requestsOf(a.load) / tileRequests) - Math.ceil(requestsOf(b.load) / tileRequests) ||
    requestsOf(b.load) - requestsOf(a.load) ||
    lowestClock(a, b);

/** One more request would open a new tile; an empty instance has none to leave. */
const isFull = ({ load }: Candidate<DecodeLoad>, tileRequests: number): boolean =>
  requestsOf(load) > 0 && requestsOf(load) % tileRequests === 0;

function chooseDecode(decode: readonly Candidate<DecodeLoad>[], tileRequests: number): readonly [Candidate<DecodeLoad>, string] {
  if (decode.every(({ load }) => requestsOf(load) < tileRequests)) return [firstBy(decode, lowestClock), 'below one tile: lowest clock'];
  const open = decode.filter((candidate) => !isFull(candidate, tileRequests));
  return [firstBy(open.length > 0 ? open : decode, fewestTiles(tileRequests)), 'fill an open tile'];
}

/**
 * The reference's rule (VoltanaLLM, EcoRoute): prefill is drawn; decode goes to the lowest clock while nobody holds a tile
 * full of requests, and beyond that fills the fewest tiles before it opens new ones.
 */
export const tileAware = (random: Random, tileRequests = TILE_REQUESTS): RoutingPolicy => ({
  id: 'tile-aware',
  choose({ prefill, decode }) {
    const [chosen, reason] = chooseDecode(decode, tileRequests);
    return { kind: 'placement', prefill: drawOne(prefill, random).id, decode: chosen.id, reason };
  },
});
