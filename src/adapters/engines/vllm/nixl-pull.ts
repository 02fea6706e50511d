import type { PairPlan } from '../dialect.ts';
import { prefillReply } from '../prefill-reply.ts';
import { decodeLeg, prefillLeg } from './prefill-leg.ts';

const KEEP_FOR_A_DECODE = {
  do_remote_decode: true,
  do_remote_prefill: false,
  remote_engine_id: null,
  remote_block_ids: null,
  remote_host: null,
  remote_port: null,
};

const isFilled = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Prefill keeps the KV under a lease and says where it lies; decode fetches it. What it says differs by version and is passed on unread. */
export const nixlPull: PairPlan = (request, prefill, decode) => ({
  order: 'prefill-first',
  prefill: prefillLeg(request, prefill, KEEP_FOR_A_DECODE),
  next(text) {
    const reply = prefillReply(prefill, text);
    const given = isFilled(reply.value['kv_transfer_params']) ? reply.raw('kv_transfer_params') : null;
    return decodeLeg(request, decode, given);
  },
});
