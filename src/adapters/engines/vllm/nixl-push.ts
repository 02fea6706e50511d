import type { PairPlan } from '../dialect.ts';
import { factOf } from '../facts.ts';
import { decodeLeg, prefillLeg } from './prefill-leg.ts';

/** Prefill writes the KV into the decode's memory: both must know the transfer beforehand, and start together. */
export const nixlPush: PairPlan = (request, prefill, decode) => {
  const transferId = JSON.stringify(request.attemptId);
  const keep = {
    do_remote_decode: true,
    do_remote_prefill: false,
    remote_engine_id: null,
    remote_block_ids: null,
    remote_host: null,
    remote_port: null,
    transfer_id: request.attemptId,
  };
  const take = [
    '"do_remote_prefill":true,"do_remote_decode":false',
    `"remote_engine_id":${factOf(prefill, 'engineId')}`,
    `"remote_host":${factOf(prefill, 'kvHost')},"remote_port":${factOf(prefill, 'kvPort')}`,
    `"tp_size":${factOf(prefill, 'tpSize')},"pp_size":${factOf(prefill, 'ppSize')}`,
    `"remote_request_id":${transferId},"transfer_id":${transferId}`,
  ];
  return {
    order: 'together',
    first: 'prefill',
    prefill: prefillLeg(request, prefill, keep),
    decode: decodeLeg(request, decode, `{${take.join(',')}}`),
  };
};
