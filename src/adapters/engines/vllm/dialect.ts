import type { EngineDialect } from '../../../ports/engine.ts';
import type { Random } from '../../../ports/random.ts';
import { dialectOf, OPENAI_PATHS, type PairPlan } from '../dialect.ts';
import { assertSingle } from '../sub-requests.ts';
import { mooncake } from './mooncake.ts';
import { nixlPull } from './nixl-pull.ts';
import { nixlPush } from './nixl-push.ts';

/** The first is the default. */
export const VLLM_PROTOCOLS = ['nixl-pull', 'nixl-push', 'mooncake'] as const;
export type VllmProtocol = (typeof VLLM_PROTOCOLS)[number];

const pairPlan = (protocol: VllmProtocol, random: Random): PairPlan =>
  ({ 'nixl-pull': nixlPull, 'nixl-push': nixlPush, mooncake: mooncake(random) })[protocol];

/** vLLM's P/D protocols; both legs carry the attempt's id as X-Request-Id, by which its engines name a request. */
export const createVllmDialect = (protocol: VllmProtocol, random: Random): EngineDialect => {
  const pair = pairPlan(protocol, random);
  return dialectOf('vllm', OPENAI_PATHS, (request, prefill, decode) => {
    assertSingle('vLLM with prefill and decode apart', request.path, request.body.value);
    return pair(request, prefill, decode);
  });
};
