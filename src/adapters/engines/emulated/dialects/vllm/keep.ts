import { randomBytes } from 'node:crypto';
import type { EngineProtocol } from '../../../../../domain/cluster.ts';
import { refuse, type Fields } from '../../generation/asked.ts';
import type { SubRequest } from '../../generation/generate.ts';
import type { Leg } from '../../leg.ts';
import type { EngineNode } from '../../node.ts';
import { engineIdOf, leaseMsOf } from './identity.ts';
import { transferIdOf } from './transfer-params.ts';

const BLOCK_TOKENS = 16;
const SUFFIX_BYTES = 4;
const SOME_BLOCK = 10_000;

/** KV that stays for a peer: the work, and what the reply tells of it. */
export interface Kept {
  readonly sub: SubRequest;
  /** Of the reply; null where the router made the peer's object itself. */
  readonly transferParams: Fields | null;
}

interface Keeping {
  readonly key: string;
  readonly refusal: (asked: Fields) => string | null;
}

const sameJson = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** Holds KV under a lease from when it is computed; who comes to fetch it ends the lease. */
const keepSub = (node: EngineNode, promptTokens: number, { key, refusal }: Keeping): SubRequest => {
  const { desk, time, stats, spec } = node;
  let cancelLease: (() => void) | null = null;
  let fetched = false;
  const lease = (leg: Leg): void => {
    cancelLease?.();
    cancelLease = time.at(time.nowMs() + leaseMsOf(spec), () => {
      stats.kvExpired++;
      leg.cancel('the lease of this KV expired');
    });
  };
  return {
    work: { promptTokens, maxTokens: 1, phase: 'prefill', holds: true },
    paired: true,
    answersAtKv: true,
    submitted: (leg) =>
      desk.offer(key, {
        promptTokens,
        refusal,
        peerCame: () => {
          fetched = true;
          cancelLease?.();
          leg.peerCame();
        },
        peerGone: () => leg.cancel('the decode peer went away'),
        renewed: () => {
          if (cancelLease !== null && !fetched) lease(leg);
        },
      }),
    kvReady: (leg) => {
      desk.ready(key);
      if (!fetched) lease(leg);
    },
    over: (_leg, reason) => {
      cancelLease?.();
      desk.withdraw(key, reason ?? 'the KV was fetched already');
    },
  };
};

/** NIXL pull: the engine names the KV, and its reply says where it lies. */
const keepForPull = (node: EngineNode, promptTokens: number, requestId: string): Kept => {
  const remoteRequestId = `${requestId}-0-${randomBytes(SUFFIX_BYTES).toString('hex')}`;
  const first = randomBytes(2).readUInt16LE() + SOME_BLOCK;
  const blockIds = Array.from({ length: Math.ceil(promptTokens / BLOCK_TOKENS) }, (_, at) => first + at);
  const engineId = engineIdOf(node.spec);
  const refusal = (asked: Fields): string | null => {
    if (asked['engineId'] !== engineId) return 'it lies on another engine: "remote_engine_id" is wrong';
    return sameJson(asked['blockIds'], blockIds) ? null : 'it lies in other blocks: "remote_block_ids" is wrong';
  };
  return {
    sub: keepSub(node, promptTokens, { key: remoteRequestId, refusal }),
    transferParams: {
      do_remote_prefill: true,
      do_remote_decode: false,
      remote_block_ids: blockIds,
      remote_engine_id: engineId,
      remote_request_id: remoteRequestId,
      remote_host: node.kvAddress?.host ?? null,
      remote_port: node.kvAddress?.port ?? null,
      tp_size: node.spec.tp,
    },
  };
};

/** NIXL push and Mooncake: the router has named the transfer to both legs. */
const keepForTransfer = (node: EngineNode, promptTokens: number, params: Fields, requestId: string, protocol: EngineProtocol): Kept => {
  const transferId = transferIdOf(params);
  if (transferId === null && protocol === 'mooncake')
    return refuse('"kv_transfer_params" has no "transfer_id", by which decode finds this KV');
  const key = transferId ?? requestId;
  if (node.desk.has(key)) return refuse(`"transfer_id" ${key} is used already: every attempt needs its own`);
  const engineId = engineIdOf(node.spec);
  const refusal = (asked: Fields): string | null => {
    if (asked['engineId'] !== engineId) return 'it lies on another engine: "remote_engine_id" is wrong';
    return protocol === 'mooncake' || asked['tpSize'] === node.spec.tp ? null : '"tp_size" is not that of the prefill engine';
  };
  return { sub: keepSub(node, promptTokens, { key, refusal }), transferParams: null };
};

/**
 * @param requestId the router's, from X-Request-Id
 * @throws HttpError 400
 */
export const keep = (node: EngineNode, promptTokens: number, params: Fields, requestId: string, protocol: EngineProtocol): Kept =>
  protocol === 'nixl-pull' ? keepForPull(node, promptTokens, requestId) : keepForTransfer(node, promptTokens, params, requestId, protocol);
