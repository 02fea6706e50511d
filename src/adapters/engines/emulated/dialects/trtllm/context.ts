import { HttpError } from '../../http.ts';
import type { SubRequest } from '../../generation/generate.ts';
import type { EngineNode } from '../../node.ts';

/** `kv_transfer_timeout_ms`, unless told otherwise. */
const TRANSFER_TIMEOUT_MS = 60_000;

export interface ContextKv {
  /** What the generation leg asks with. */
  readonly key: string;
  readonly disaggId: string;
  /** Whether KV is for a peer at all: an answer that is over with its first token leaves none. */
  readonly kept: boolean;
}

const computedOnly = (promptTokens: number): SubRequest => ({ work: { promptTokens, maxTokens: 1, phase: 'prefill' }, paired: false });

/** @throws HttpError 400 for an id that another request has */
export const contextSub = (node: EngineNode, promptTokens: number, { key, disaggId, kept }: ContextKv): SubRequest => {
  const { desk, time, stats, spec } = node;
  if (!kept) return computedOnly(promptTokens);
  if (desk.has(key)) throw new HttpError(400, `the disaggregated request id ${key} is used already`);
  let cancelTimeout = (): void => undefined;
  let fetched = false;
  return {
    work: { promptTokens, maxTokens: 1, phase: 'prefill', holds: true },
    paired: true,
    answersAtKv: true,
    submitted: (leg) =>
      desk.offer(key, {
        promptTokens,
        refusal: (asked) => {
          if (asked['disaggId'] !== disaggId) return '"disagg_request_id" is not that of its context request';
          return asked['promptTokens'] === promptTokens ? null : 'its prompt has another length than the context request';
        },
        peerCame: () => {
          fetched = true;
          cancelTimeout();
          leg.peerCame();
        },
        peerGone: () => leg.cancel('the generation request went away'),
      }),
    kvReady: (leg) => {
      desk.ready(key);
      if (fetched) return;
      cancelTimeout = time.at(time.nowMs() + (spec.kvLeaseMs ?? TRANSFER_TIMEOUT_MS), () => {
        stats.kvExpired++;
        leg.cancel('nobody fetched this KV within kv_transfer_timeout_ms');
      });
    },
    over: (_leg, reason) => {
      cancelTimeout();
      desk.withdraw(key, reason ?? 'the KV was fetched already');
    },
  };
};
