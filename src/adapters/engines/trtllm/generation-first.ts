import type { LaunchedInstance } from '../../../domain/instance.ts';
import { rawAt, RawObject } from '../../../domain/raw-json.ts';
import { legTo, type PairPlan } from '../dialect.ts';
import { factOf } from '../facts.ts';
import { contextLeg, SCHEDULE_STYLE } from './context-leg.ts';

/** Newer engines list one endpoint per rank, and take one. */
const oneEndpoint = (params: RawObject): Readonly<Record<string, string>> => {
  const first = rawAt(params.text, ['ctx_info_endpoint', 0]);
  return first === null ? {} : { ctx_info_endpoint: first };
};

/** Where the context engine can be asked, as it told at its start, and by which id. */
function waitingFor(prefill: LaunchedInstance, requestId: string): string {
  const told = RawObject.parse(factOf(prefill, 'disaggregatedParams'));
  return told.with({
    ...oneEndpoint(told),
    request_type: '"generation_only"',
    ctx_request_id: requestId,
    disagg_request_id: requestId,
    schedule_style: String(SCHEDULE_STYLE.generationFirst),
  }).text;
}

/** The generation engine reserves its memory first and waits until the context engine has sent the KV there. */
export const generationFirst =
  (nextId: (attemptId: string) => string): PairPlan =>
  (request, prefill, decode) => {
    const requestId = nextId(request.attemptId);
    const waiting = request.body.with({ disaggregated_params: waitingFor(prefill, requestId) });
    return {
      order: 'together',
      first: 'decode',
      prefill: contextLeg(request, prefill, requestId, SCHEDULE_STYLE.generationFirst),
      decode: legTo(decode, request, waiting),
    };
  };
