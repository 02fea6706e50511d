import { API_PATHS, type EngineDialect } from '../../../ports/engine.ts';
import type { Random } from '../../../ports/random.ts';
import { dialectOf, legTo } from '../dialect.ts';
import { batchSize } from '../sub-requests.ts';
import { createRooms } from './rooms.ts';

/** Equal values for every answer of a batch, one value where there is only one answer. */
const forEach = (size: number | null, value: () => unknown): string =>
  JSON.stringify(size === null ? value() : Array.from({ length: size }, value));

/**
 * SGLang's P/D protocol: the same body goes to both instances at once, with the prefill's bootstrap address and a
 * fresh room in which the two legs meet, of a batch one per answer. Nothing is edited on the prefill leg: that server
 * stops by itself.
 * @param random must differ between gateways of one cluster: rooms are drawn from it
 */
export const createSglangDialect = (random: Random): EngineDialect => {
  const nextRoom = createRooms(random);
  return dialectOf('sglang', API_PATHS, (request, prefill, decode) => {
    const { bootstrapHost, bootstrapPort, url } = prefill.endpoints;
    const size = batchSize(request.path, request.body.value);
    const host = bootstrapHost ?? new URL(url).hostname;
    const both = request.body.with({
      bootstrap_host: forEach(size, () => host),
      bootstrap_port: forEach(size, () => bootstrapPort ?? null),
      bootstrap_room: forEach(size, () => nextRoom(request.attemptId)),
    });
    return { order: 'together', first: 'prefill', prefill: legTo(prefill, request, both), decode: legTo(decode, request, both) };
  });
};
