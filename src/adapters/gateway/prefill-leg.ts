import { createNews, type ApiShape } from './api/shape.ts';
import { BoundedText } from './bounded-text.ts';
import { EventSplitter, decoded } from './event-splitter.ts';
import { complaintOf, engineFailed, isSuccess, refusal, REFUSAL_LIMIT_BYTES, unreachable, type LegFailure } from './failures.ts';
import type { LegObserver } from './leg.ts';

export interface PrefillLegOptions {
  /** The engine, as messages name it. */
  readonly who: string;
  readonly api: ApiShape;
  /** The decode leg is made from the answer: it is kept. */
  readonly keeps: boolean;
  readonly maxAnswerBytes: number;
  failed(failure: LegFailure): void;
  /** Read to its end. `answer` is empty unless it is kept. */
  done(answer: string): void;
}

/** The prefill leg: its answer is read to the end, for the engine's sake. */
export const prefillLeg = (options: PrefillLegOptions): LegObserver => {
  const { who, api, keeps, failed } = options;
  const news = createNews();
  let status = 0;
  let streamed = false;
  let text = new BoundedText(0);
  const scan = api.scanner();
  const splitter = new EventSplitter((payload) => {
    scan(payload, news);
    if (news.error) failed(complaintOf(who, decoded(payload)));
    return false;
  });
  const ended = (): void => {
    if (!isSuccess(status)) return failed(refusal(who, status, text.text()));
    if (text.overflown && keeps) return failed(engineFailed(`${who} answered with more than ${options.maxAnswerBytes} bytes`));
    options.done(keeps ? text.text() : '');
  };
  return {
    started(code, contentType) {
      status = code;
      streamed = isSuccess(code) && contentType.startsWith('text/event-stream');
      text = new BoundedText(isSuccess(code) ? (keeps ? options.maxAnswerBytes : 0) : REFUSAL_LIMIT_BYTES);
    },
    data(chunk) {
      if (streamed && !keeps) splitter.push(chunk);
      else text.push(chunk);
    },
    ended,
    broke: (error) => failed(unreachable(who, error)),
  };
};
