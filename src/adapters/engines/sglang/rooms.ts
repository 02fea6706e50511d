import type { Random } from '../../../ports/random.ts';
import { hashOf } from '../hash.ts';

const ROOM_LIMIT = 2 ** 53;
const LOW_RANGE = 2 ** 32;
const HIGH_RANGE = 2 ** 21;
/** Far more than any gateway has in flight; a room older than that has long been met or has timed out. */
const REMEMBERED = 65_536;

/** Two draws, because a generator with 32 bits of resolution would leave the low half of one draw empty. */
const drawRoom = (random: Random): bigint =>
  BigInt(Math.floor(random.next() * HIGH_RANGE) * LOW_RANGE + Math.floor(random.next() * LOW_RANGE));

/**
 * Draws rendezvous rooms: integers in [1, 2^53) (0 means "no peer"), distinct from the latest 65536. The attempt's id,
 * which is no other gateway's, moves the draw: gateways of one seed do not meet.
 */
export const createRooms = (random: Random): ((attemptId?: string) => number) => {
  const recent = new Set<number>();
  return (attemptId = '') => {
    let room = Number(BigInt.asUintN(53, drawRoom(random) + hashOf(attemptId)));
    while (room === 0 || recent.has(room)) room = (room + 1) % ROOM_LIMIT;
    recent.add(room);
    for (const oldest of recent) {
      if (recent.size <= REMEMBERED) break;
      recent.delete(oldest);
    }
    return room;
  };
};
