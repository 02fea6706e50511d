import { VoltanaError } from '../../domain/errors.ts';
import type { TuningOrder, TuningView } from '../../domain/tuning-orders.ts';
import type { TuningClient } from '../../ports/tuning-client.ts';
import { gatewayHttp, jsonIn, messageIn, reasonOf, type GatewayAccess } from './gateway-http.ts';

const isView = (value: unknown): value is TuningView => (value as { kind?: unknown } | null)?.kind === 'live-tuning';

function refusal(url: string, status: number, text: string): VoltanaError {
  if (status === 401 || status === 403)
    return new VoltanaError('NOT_PERMITTED', `${url} takes no orders from here: ${messageIn(text)}`, {
      hint: "Run this on the gateway's own machine, or give the key named operator with --api-key-file.",
    });
  if (status === 400) return new VoltanaError('BAD_VALUE', messageIn(text));
  if (status >= 500) return unreachable(url, `it answers HTTP ${status}: ${messageIn(text)}`);
  return new VoltanaError('BAD_VALUE', `${url} is no voltana gateway that can be tuned live: it answers HTTP ${status}`, {
    hint: 'Give the address of a gateway that voltana serve has started.',
  });
}

const unreachable = (url: string, why: string, cause?: unknown): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `the gateway at ${url} does not answer: ${why}`, {
    cause,
    hint: 'Look whether voltana serve runs there; a gateway that is gone has given every clock back, or does so when its leases end.',
  });

/** @throws VoltanaError BAD_VALUE for what is no http URL */
export function createTuningClient(access: GatewayAccess): TuningClient {
  const { url } = access;
  const http = gatewayHttp(access);
  const ask = async (order: TuningOrder | null): Promise<TuningView> => {
    const { status, text } = await http.ask('/voltana/tuning', order).catch((error: unknown) => {
      throw unreachable(url, reasonOf(error), error);
    });
    if (status !== 200) throw refusal(url, status, text);
    const value = jsonIn(text);
    if (isView(value)) return value;
    throw refusal(url, 404, text);
  };
  return { url, view: () => ask(null), order: ask, close: () => http.close() };
}
