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
  readonly batch: readonly [number, number];
  /** Of each request. */
  readonly tokens: readonly [number, number];
  /** Of all requests together, with the room that an engine keeps for each one's output. */
  readonly roomTokens: number;
  readonly reservedTokens: number;
}

/** Beyond, an engine without a captured graph is several times slower, and nobody serves there. */
const LARGEST_BATCH = 512;
const DECODE_TOKENS = [64, 4096] as const;
const PREFILL_TOKENS = [64, 8192] as const;
/** What the KV of a batch may fill: it grows while it is measured. */
const FILL_FRACTION = 0.9;

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
    const longest = Math.min(PREFILL_TOKENS[1], engine.chunkTokens, Math.floor(roomTokens));
    return { role, batch: [1, 1], tokens: [PREFILL_TOKENS[0], longest], roomTokens, reservedTokens: 0 };
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
