import type { EngineCard, GpuCard, ModelCard } from '../../../domain/cards.ts';
import type { Role } from '../../../domain/instance.ts';
import { kvCapacityTokens } from '../../../prediction/analytic/device.ts';

/** A load without a clock. */
export interface Load {
  readonly batch: number;
  readonly tokens: number;
}

/** The loads that a sweep may ask for: within these, everything fits in the instance's memory. */
export interface LoadSpace {
  readonly role: Role;
  /** Decode: running requests. Prefill: prompts in an iteration. */
  readonly batch: readonly [number, number];
  /** Of each request. */
  readonly tokens: readonly [number, number];
  /** Decode: KV of all requests, with the room that an engine keeps for each one's output. Prefill: what one iteration takes. */
  readonly roomTokens: number;
  readonly reservedTokens: number;
}

/** Beyond, an engine without a captured graph is several times slower, and nobody serves there. */
export const LARGEST_BATCH = 512;
export const DECODE_TOKENS = [64, 4096] as const;
export const LONGEST_PROMPT = 8192;
export const PREFILL_TOKENS = [64, LONGEST_PROMPT] as const;
/** More prompts in one iteration are rare, and a client must send them all while the one before it runs. */
export const MOST_PROMPTS = 64;
/** What the KV of a batch may fill: it grows while it is measured. */
export const FILL_FRACTION = 0.9;

export interface LoadLimits {
  readonly gpu: GpuCard;
  readonly model: ModelCard;
  readonly engine: EngineCard;
  readonly tp: number;
}

export function loadSpace(role: Role, { gpu, model, engine, tp }: LoadLimits): LoadSpace {
  const roomTokens = FILL_FRACTION * kvCapacityTokens(gpu, model, engine, tp);
  const reservedTokens = engine.reservedDecodeTokens;
  if (role === 'prefill') {
    // Half of the KV: while an iteration runs, the prompts of the next one are held already.
    const together = Math.min(engine.chunkTokens, Math.floor(roomTokens / 2));
    const longest = Math.min(PREFILL_TOKENS[1], together);
    const prompts = Math.max(1, Math.min(MOST_PROMPTS, engine.maxRunningPrefill, Math.floor(together / PREFILL_TOKENS[0])));
    return { role, batch: [1, prompts], tokens: [PREFILL_TOKENS[0], longest], roomTokens: together, reservedTokens: 0 };
  }
  const captured = engine.captureSizes.at(-1) ?? LARGEST_BATCH;
  const fitting = Math.floor(roomTokens / (DECODE_TOKENS[0] + reservedTokens));
  const longest = Math.min(DECODE_TOKENS[1], Math.floor(roomTokens - reservedTokens));
  return {
    role,
    batch: [1, Math.max(1, Math.min(LARGEST_BATCH, captured, engine.maxRunningDecode, fitting))],
    tokens: [DECODE_TOKENS[0], longest],
    roomTokens,
    reservedTokens,
  };
}

export const fits = ({ roomTokens, reservedTokens }: LoadSpace, { batch, tokens }: Load): boolean =>
  batch * (tokens + reservedTokens) <= roomTokens;

/** The same batch with as many tokens as fit. */
export function clamped(space: LoadSpace, { batch, tokens }: Load): Load {
  const most = Math.floor(space.roomTokens / batch - space.reservedTokens);
  return { batch, tokens: Math.max(1, Math.min(tokens, most, space.tokens[1])) };
}
