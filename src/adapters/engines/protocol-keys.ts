import type { RawObject } from '../../domain/raw-json.ts';

/** What an engine's router says to it, in the body of a request, about where prefill and decode meet. */
const PROTOCOL_KEYS = [
  'bootstrap_host',
  'bootstrap_port',
  'bootstrap_room',
  'bootstrap_pair_key',
  'decode_tp_size',
  'data_parallel_rank',
  'routed_dp_rank',
  'disagg_prefill_dp_rank',
  'kv_transfer_params',
  'disaggregated_params',
] as const;

const REMOVED = Object.fromEntries(PROTOCOL_KEYS.map((key) => [key, null]));

/** A client's body without anything that could lead its legs to another request's KV. */
export const withoutProtocol = (body: RawObject): RawObject =>
  PROTOCOL_KEYS.some((key) => Object.hasOwn(body.value, key)) ? body.with(REMOVED) : body;
