import type { EngineSettings } from '../../domain/cluster.ts';
import type { EngineDialect } from '../../ports/engine.ts';
import type { Random } from '../../ports/random.ts';
import { createOpenAiDialect } from './openai/dialect.ts';
import { createSglangDialect } from './sglang/dialect.ts';
import { speechOf } from './speaks.ts';
import { createTrtllmDialect } from './trtllm/dialect.ts';
import { createVllmDialect } from './vllm/dialect.ts';

/**
 * The P/D protocol of a cluster's engines.
 * @throws VoltanaError BAD_VALUE for a protocol that the engine does not have
 */
export function createDialect(engine: EngineSettings, random: Random): EngineDialect {
  const speech = speechOf(engine);
  switch (speech.dialect) {
    case 'sglang':
      return createSglangDialect(random);
    case 'vllm':
      return createVllmDialect(speech.protocol, random);
    case 'trtllm':
      return createTrtllmDialect(speech.protocol, random);
    case 'openai':
      return createOpenAiDialect();
  }
}
