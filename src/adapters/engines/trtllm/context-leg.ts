import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { ClientRequest, Leg } from '../../../ports/engine.ts';
import { legTo } from '../dialect.ts';

/** As its `DisaggScheduleStyle` counts them. */
export const SCHEDULE_STYLE = { contextFirst: 0, generationFirst: 1 } as const;

/** A context engine stops behind the first token by itself, so that the client's token limits stay as they are. */
export const contextLeg = (request: ClientRequest, prefill: LaunchedInstance, requestId: string, scheduleStyle: number): Leg =>
  legTo(
    prefill,
    request,
    request.body.with({
      stream: 'false',
      stream_options: null,
      disaggregated_params: `{"request_type":"context_only","disagg_request_id":${requestId},"schedule_style":${scheduleStyle}}`,
    }),
  );
