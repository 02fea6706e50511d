import { createSseParser } from '../../domain/sse.ts';
import { BoundedText } from './bounded-text.ts';
import type { LegObserver } from './leg.ts';
import { reportOfEvent } from './payload.ts';
import { isSuccess, refusalText, REFUSAL_LIMIT_BYTES } from './refusal.ts';
import { failure, passedOn, type ExchangeEvents } from './settlement.ts';

/** The prefill leg: its answer is read to the end, for the engine's sake, and only its failure or end matters. */
export const prefillDrain = (who: string, events: ExchangeEvents): LegObserver => {
  const refusal = new BoundedText(REFUSAL_LIMIT_BYTES);
  let status = 0;
  const parser = createSseParser((payload) => {
    const { error } = reportOfEvent(payload);
    if (error !== null) events.settle(failure(`${who}: ${error}`));
  });
  let streamed = false;
  return {
    started(code, contentType) {
      status = code;
      streamed = contentType.startsWith('text/event-stream');
    },
    data(chunk) {
      if (!isSuccess(status)) refusal.push(chunk);
      else if (streamed) parser.push(chunk);
    },
    ended() {
      if (!isSuccess(status)) events.settle(failure(refusalText(who, status, refusal.text()), passedOn(status)));
      else events.prefillDone();
    },
    broke: (error) => events.settle(failure(`${who} cannot be reached or broke off: ${error.message}`)),
  };
};
