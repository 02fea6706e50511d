import type { AnswerFormat } from '../../generation/answer.ts';
import type { KvAddress } from '../../kv/kv-fetch.ts';
import { opaqueState } from './opaque-state.ts';

/** Stands for the raw text until the rest of the reply is JSON: no number holds these ids. */
export const PARAMS_PLACE = '%disaggregated_params%';
const FIRST_TOKEN_ID = 4242;

export interface ContextIds {
  readonly ctxId: string;
  readonly disaggId: string;
}

/** `disaggregated_params` of a context reply, as JSON text. */
export const replyParams = ({ ctxId, disaggId }: ContextIds, address: KvAddress): string => {
  const rest = JSON.stringify({ encoded_opaque_state: opaqueState(address), draft_tokens: null, ctx_dp_rank: 0 }).slice(1);
  const ids = `"ctx_request_id":${ctxId},"disagg_request_id":${disaggId}`;
  return `{"request_type":"context_only","first_gen_tokens":[${FIRST_TOKEN_ID}],${ids},${rest}`;
};

export const withParams = (format: AnswerFormat, params: string): AnswerFormat => ({
  ...format,
  whole: (totals) => format.whole(totals).replace(JSON.stringify(PARAMS_PLACE), () => params),
});
