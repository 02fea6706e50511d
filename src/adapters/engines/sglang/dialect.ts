import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { EngineDialect, Leg } from '../../../ports/engine.ts';
import type { Random } from '../../../ports/random.ts';
import { tokensInOpenAiChunk } from './chunk-tokens.ts';
import { createRooms } from './rooms.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;

const leg = (instance: LaunchedInstance, path: string, body: string): Leg => ({ instance, path, headers: JSON_HEADERS, body });

/**
 * SGLang's P/D protocol: the same body goes to both instances at once, with the prefill's bootstrap address and a
 * fresh room in which the two legs meet. Nothing is edited on the prefill leg: that server stops by itself.
 */
export const createSglangDialect = (random: Random): EngineDialect => {
  const nextRoom = createRooms(random);
  return {
    id: 'sglang',
    legs(body, path, prefill, decode) {
      const { bootstrapHost, bootstrapPort } = prefill.endpoints;
      const both = JSON.stringify({
        ...body,
        bootstrap_host: bootstrapHost ?? new URL(prefill.endpoints.url).hostname,
        bootstrap_port: bootstrapPort ?? null,
        bootstrap_room: nextRoom(),
      });
      return { prefill: leg(prefill, path, both), decode: leg(decode, path, both) };
    },
    tokensInChunk: tokensInOpenAiChunk,
  };
};
