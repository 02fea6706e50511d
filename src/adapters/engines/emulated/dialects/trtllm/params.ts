import { RawObject } from '../../../../../domain/raw-json.ts';
import { refuse } from '../../generation/asked.ts';

export type RequestType = 'context_only' | 'generation_only';

/** `disaggregated_params` of a request. Its ids are read from the text. */
export interface DisaggregatedParams {
  readonly type: RequestType;
  readonly raw: RawObject;
}

const ROLES = { prefill: 'context_only', decode: 'generation_only' } as const;

/**
 * Null for a plain request: without these a server of either role does both phases (to_llm_disaggregated_params in
 * tensorrt_llm/serve/openai_protocol.py makes nothing of them).
 * @throws HttpError 400: an engine that was started for one phase does no other half
 */
export const paramsOf = (body: RawObject, role: 'prefill' | 'decode'): DisaggregatedParams | null => {
  const raw = body.raw('disaggregated_params');
  if (raw === null || raw === 'null') return null;
  if (!raw.startsWith('{')) return refuse('"disaggregated_params" must be an object');
  const params = RawObject.parse(raw);
  const { request_type: type } = params.value;
  const wanted = ROLES[role];
  if (type !== wanted) refuse(`"request_type" must be "${wanted}" here, and is ${JSON.stringify(type) ?? 'missing'}`);
  return { type: wanted, raw: params };
};
