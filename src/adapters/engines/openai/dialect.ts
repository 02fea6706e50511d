import type { EngineDialect } from '../../../ports/engine.ts';
import { dialectOf, legTo, OPENAI_PATHS } from '../dialect.ts';

/** Any engine with an OpenAI API that does both phases by itself: the request goes to it as it came. */
export const createOpenAiDialect = (): EngineDialect =>
  dialectOf('openai', OPENAI_PATHS, (request, _prefill, decode) => ({ order: 'single', decode: legTo(decode, request, request.body) }));
