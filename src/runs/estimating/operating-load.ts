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

/** What is said of the other phase would be ignored, and is a mistake. @throws VoltanaError BAD_FLAG */
function checkOwnFlags({ phase, contextTokens, promptTokens, cachedTokens }: OperatingLoad): void {
  const decode = contextTokens === undefined ? [] : ['--context-tokens'];
  const prefill = [...(promptTokens === undefined ? [] : ['--prompt-tokens']), ...(cachedTokens > 0 ? ['--cached-tokens'] : [])];
  const [other, flags] = phase === 'decode' ? ['prefill', prefill] : ['decode', decode];
  if (flags.length === 0) return;
  throw new VoltanaError('BAD_FLAG', `${flags.join(' and ')} ${flags.length === 1 ? 'is' : 'are'} of ${other}, but --phase is ${phase}`, {
    hint: phase === 'decode' ? 'Give --context-tokens instead.' : 'Give --prompt-tokens instead.',
  });
}

/** @throws VoltanaError BAD_FLAG, BAD_VALUE */
export function tokensOf(load: OperatingLoad): RequestTokens {
  checkOwnFlags(load);
  const { phase, contextTokens, promptTokens, cachedTokens } = load;
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
