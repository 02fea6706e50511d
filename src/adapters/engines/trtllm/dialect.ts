import type { EngineDialect } from '../../../ports/engine.ts';
import type { Random } from '../../../ports/random.ts';
import { dialectOf, OPENAI_PATHS } from '../dialect.ts';
import { assertSingle } from '../sub-requests.ts';
import { contextFirst } from './context-first.ts';
import { generationFirst } from './generation-first.ts';
import { createRequestIds } from './request-ids.ts';

/** The first is the default. */
export const TRTLLM_PROTOCOLS = ['context-first', 'generation-first'] as const;
export type TrtllmProtocol = (typeof TRTLLM_PROTOCOLS)[number];

/** TensorRT-LLM's disaggregated serving, as its orchestrator does it over HTTP with JSON bodies. */
export const createTrtllmDialect = (protocol: TrtllmProtocol, random: Random): EngineDialect => {
  const nextId = createRequestIds(random);
  const pair = protocol === 'context-first' ? contextFirst(nextId) : generationFirst(nextId);
  return dialectOf('trtllm', OPENAI_PATHS, (request, prefill, decode) => {
    assertSingle('TensorRT-LLM with context and generation apart', request.path, request.body.value);
    return pair(request, prefill, decode);
  });
};
