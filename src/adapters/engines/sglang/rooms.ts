import type { Random } from '../../../ports/random.ts';
import { hashHalves } from '../hash.ts';

const ROOM_LIMIT = 2 ** 53;
const DRAWN_LOW = 2 ** 32;
const DRAWN_HIGH = 2 ** 21;
/** What is drawn and the hash are added in two parts, since their sum fits no double. */
const LOW = 2 ** 31;
const HIGH = 2 ** 22;
/** Far more than any gateway has in flight; a room older than that has long been met or has timed out. */
const REMEMBERED = 65_536;

/** Two draws, because a generator with 32 bits of resolution would leave the low half of one draw empty. */
const drawRoom = (random: Random, attemptId: string): number => {
  const { high, low } = hashHalves(attemptId);
  const drawnHigh = Math.floor(random.next() * DRAWN_HIGH);
  const drawnLow = Math.floor(random.next() * DRAWN_LOW);
  const sumLow = (drawnLow % LOW) + low;
  const carry = Math.floor(drawnLow / LOW) + Math.floor(sumLow / LOW);
  return ((drawnHigh * (DRAWN_LOW / LOW) + carry + high) % HIGH) * LOW + (sumLow % LOW);
};

/**
 * Draws rendezvous rooms: integers in [1, 2^53) (0 means "no peer"), distinct from the latest 65536. The attempt's id,
 * which is no other gateway's, moves the draw: gateways of one seed do not meet.
 */
export const createRooms = (random: Random): ((attemptId?: string) => number) => {
  const recent = new Set<number>();
  // Their order, in a ring: to ask the set for its oldest would pass over all that were deleted before it, every time.
  const order = new Float64Array(REMEMBERED);
  let oldest = 0;
  return (attemptId = '') => {
    let room = drawRoom(random, attemptId);
    while (room === 0 || recent.has(room)) room = (room + 1) % ROOM_LIMIT;
    // 0 is no room: the ring is not full yet.
    if (order[oldest] !== 0) recent.delete(order[oldest]!);
    order[oldest] = room;
    oldest = (oldest + 1) % REMEMBERED;
    recent.add(room);
    return room;
  };
};
