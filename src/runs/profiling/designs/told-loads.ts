import type { EngineLimits } from '../../../domain/engine-facts.ts';
import type { Role } from '../../../domain/instance.ts';
import { DECODE_TOKENS, FILL_FRACTION, LARGEST_BATCH, MOST_PROMPTS, PREFILL_TOKENS, type LoadSpace } from './loads.ts';

/** Output that a request of a running batch has room for at least: it grows while it is measured. SGLang keeps as much free for each. */
const OUTPUT_TOKENS = 512;
/** Of an engine that tells nothing: what most serve. What is too much for it, it refuses or keeps waiting. */
const USUAL_RUNNING = 64;
const USUAL_ROOM_TOKENS = 65_536;

const least = (...values: readonly (number | null)[]): number => Math.min(...values.map((value) => value ?? Infinity));

/** Without its chunk nobody knows how many prompts an iteration takes: then each has its own. */
function prefillSpace({ kvTokens, maxRunning, contextTokens, chunkTokens }: EngineLimits): LoadSpace {
  const [shortest, longest] = PREFILL_TOKENS;
  // Half of the KV: while an iteration runs, the prompts of the next one are held already.
  const room = kvTokens === null ? null : Math.floor((FILL_FRACTION * kvTokens) / 2);
  const together = least(chunkTokens, room, longest);
  const most = Math.max(1, Math.floor(least(together, contextTokens === null ? null : contextTokens - 1)));
  const prompts = chunkTokens === null ? 1 : Math.max(1, Math.floor(least(MOST_PROMPTS, maxRunning, together / shortest)));
  const tokens = [Math.min(shortest, most), most] as const;
  return { role: 'prefill', batch: [1, prompts], tokens, roomTokens: Math.max(together, most), reservedTokens: 0 };
}

function decodeSpace({ kvTokens, maxRunning, contextTokens }: EngineLimits): LoadSpace {
  const [shortest, longest] = DECODE_TOKENS;
  const reservedTokens = contextTokens === null ? OUTPUT_TOKENS : Math.min(OUTPUT_TOKENS, Math.floor(contextTokens / 2));
  const roomTokens = kvTokens === null ? USUAL_ROOM_TOKENS : Math.floor(FILL_FRACTION * kvTokens);
  const fitting = Math.floor(roomTokens / (shortest + reservedTokens));
  const running = maxRunning ?? (kvTokens === null ? USUAL_RUNNING : LARGEST_BATCH);
  const most = least(longest, roomTokens - reservedTokens, contextTokens === null ? null : contextTokens - reservedTokens);
  const tokens = [Math.min(shortest, Math.max(1, most)), Math.max(1, most)] as const;
  return { role: 'decode', batch: [1, Math.max(1, Math.min(LARGEST_BATCH, running, fitting))], tokens, roomTokens, reservedTokens };
}

/** The loads of an engine of which only its own word is known. */
export const toldSpace = (role: Role, limits: EngineLimits): LoadSpace => (role === 'prefill' ? prefillSpace(limits) : decodeSpace(limits));
