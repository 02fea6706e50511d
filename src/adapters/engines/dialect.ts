import { VoltanaError } from '../../domain/errors.ts';
import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import type { RawObject } from '../../domain/raw-json.ts';
import type { ApiPath, ClientRequest, EngineDialect, Leg, LegPlan } from '../../ports/engine.ts';
import { withoutProtocol } from './protocol-keys.ts';

/** One request between two engines, its body free of what a client says of the protocol. */
export type PairPlan = (request: ClientRequest, prefill: LaunchedInstance, decode: LaunchedInstance) => LegPlan;

export const OPENAI_PATHS: readonly ApiPath[] = ['/v1/completions', '/v1/chat/completions'];

export const legTo = (
  instance: LaunchedInstance,
  { path, headers }: Pick<ClientRequest, 'path' | 'headers'>,
  body: RawObject,
  further: Readonly<Record<string, string>> = {},
): Leg => ({ instance, path, headers: { ...headers, ...further, 'content-type': 'application/json' }, body: body.text });

const assertServed = (id: string, paths: readonly ApiPath[], path: ApiPath): void => {
  if (paths.includes(path)) return;
  throw new VoltanaError('BAD_VALUE', `${id} engines do not serve ${path}`, { hint: `Send the request to one of: ${paths.join(', ')}.` });
};

/** Both halves of one process: nothing has to be handed over. */
const isOneEngine = (prefill: LaunchedInstance, decode: LaunchedInstance): boolean => domainOf(prefill) === domainOf(decode);

/** What all dialects have in common around the protocol between two engines. */
export const dialectOf = (id: string, paths: readonly ApiPath[], pair: PairPlan): EngineDialect => ({
  id,
  paths,
  plan(asked, prefill, decode) {
    assertServed(id, paths, asked.path);
    const request = { ...asked, body: withoutProtocol(asked.body) };
    if (isOneEngine(prefill, decode)) return { order: 'single', decode: legTo(decode, request, request.body) };
    return pair(request, prefill, decode);
  },
});
