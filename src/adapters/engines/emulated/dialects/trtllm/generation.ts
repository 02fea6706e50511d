import { refuse } from '../../generation/asked.ts';
import type { SubRequest } from '../../generation/generate.ts';
import type { KvQuestion } from '../../kv/kv-fetch.ts';
import type { EngineNode } from '../../node.ts';
import { idOf } from './ids.ts';
import { endpointOf, readOpaqueState } from './opaque-state.ts';
import type { DisaggregatedParams } from './params.ts';

/** The context request is over: its ids, its first token and its state come with this one. */
const afterContext = ({ raw }: DisaggregatedParams, promptTokens: number): KvQuestion => {
  const { first_gen_tokens: first, encoded_opaque_state: state } = raw.value;
  if (!Array.isArray(first) || first.length === 0) refuse('"disaggregated_params" has no "first_gen_tokens"');
  const disaggId = idOf(raw.raw('disagg_request_id'), 'disagg_request_id');
  return { from: readOpaqueState(state), key: idOf(raw.raw('ctx_request_id'), 'ctx_request_id'), asked: { disaggId, promptTokens } };
};

/** The context request comes at the same time: where its server is, that server's /server_info told. */
const besideContext = ({ raw }: DisaggregatedParams, promptTokens: number): KvQuestion => {
  const key = idOf(raw.raw('ctx_request_id'), 'ctx_request_id');
  const own = raw.raw('disagg_request_id');
  const disaggId = own === null || own === 'null' ? key : idOf(own, 'disagg_request_id');
  const { ctx_info_endpoint: endpoint } = raw.value;
  if (endpoint === undefined || endpoint === null) refuse('"disaggregated_params" has no "ctx_info_endpoint"');
  return { from: endpointOf(endpoint, 'ctx_info_endpoint'), key, asked: { disaggId, promptTokens } };
};

/** @throws HttpError 400 */
export const generationSub = (node: EngineNode, promptTokens: number, maxTokens: number, params: DisaggregatedParams): SubRequest => {
  const question = (node.spec.protocol === 'generation-first' ? besideContext : afterContext)(params, promptTokens);
  return {
    work: { promptTokens, maxTokens, phase: 'decode' },
    paired: true,
    kvWanted: (leg) => {
      const outcome = {
        kvArrived: () => leg.kvArrived(),
        kvFailed: (reason: string) => leg.kvFailed(`the KV cache transfer failed: ${reason}`),
      };
      void node.kv.fetch(leg.id, question, outcome);
    },
    over: (leg) => node.kv.abandon(leg.id),
  };
};
