import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { ClientRequest, Leg } from '../../../ports/engine.ts';
import { legTo } from '../dialect.ts';

const requestIdHeader = ({ attemptId }: Pick<ClientRequest, 'attemptId'>) => ({ 'x-request-id': attemptId });

/** What would make a prefill engine stream, or go on after its first token. */
const UNTIL_FIRST_TOKEN = { stream: 'false', stream_options: null, min_tokens: null, min_completion_tokens: null, max_tokens: '1' };

/** vLLM prefills by making one token of an answer that nobody reads: the client's body, cut to that, with the KV's destination. */
export const prefillLeg = (
  request: ClientRequest,
  prefill: LaunchedInstance,
  kvTransferParams: object,
  headers: Readonly<Record<string, string>> = {},
): Leg => {
  const both = Object.hasOwn(request.body.value, 'max_completion_tokens');
  const body = request.body.with({
    ...UNTIL_FIRST_TOKEN,
    ...(both && { max_completion_tokens: '1' }),
    kv_transfer_params: JSON.stringify(kvTransferParams),
  });
  return legTo(prefill, request, body, { ...requestIdHeader(request), ...headers });
};

/** The client's body with where its KV lies, null when nobody knows: vLLM then prefills by itself. */
export const decodeLeg = (request: ClientRequest, decode: LaunchedInstance, kvTransferParams: string | null): Leg =>
  legTo(decode, request, request.body.with({ kv_transfer_params: kvTransferParams }), requestIdHeader(request));
