import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../prediction/analytic/work.ts';

/** What an iteration is asked for with. */
export interface OperatingLoad {
  readonly phase: Role;
  readonly batch: number;
  /** Decode: KV tokens of each request. */
  readonly contextTokens: number | undefined;
  /** Prefill: tokens of each prompt, and how many of them are cached already. */
  readonly promptTokens: number | undefined;
  readonly cachedTokens: number;
}

/** Tokens of each request: KV of it (decode), or prompt, of which `cached` need no work. */
export interface RequestTokens {
  readonly tokens: number;
  readonly cached: number;
}

const needs = (flag: string, phase: Role): VoltanaError => new VoltanaError('BAD_FLAG', `--phase ${phase} needs ${flag}`);

/** @throws VoltanaError BAD_FLAG, BAD_VALUE */
export function tokensOf({ phase, contextTokens, promptTokens, cachedTokens }: OperatingLoad): RequestTokens {
  if (phase === 'decode') {
    if (contextTokens === undefined) throw needs('--context-tokens', phase);
    return { tokens: contextTokens, cached: 0 };
  }
  if (promptTokens === undefined) throw needs('--prompt-tokens', phase);
  if (cachedTokens >= promptTokens) {
    throw new VoltanaError('BAD_VALUE', `--cached-tokens ${cachedTokens} leaves nothing of --prompt-tokens ${promptTokens}`, {
      hint: 'Cache less than the whole prompt.',
    });
  }
  return { tokens: promptTokens, cached: cachedTokens };
}

/** @throws VoltanaError BAD_FLAG, BAD_VALUE */
export function workOf(load: OperatingLoad): IterationWork {
  const { phase, batch } = load;
  const { tokens, cached } = tokensOf(load);
  if (phase === 'decode') return decodeWork(batch, batch * tokens);
  return prefillWork(Array.from({ length: batch }, () => ({ newTokens: tokens - cached, pastTokens: cached })));
}
