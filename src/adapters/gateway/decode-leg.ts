import { createNews, type ApiShape } from './api/shape.ts';
import { usageOf } from './api/usage.ts';
import { BoundedText } from './bounded-text.ts';
import type { ClientReply } from './client-reply.ts';
import { EventSplitter, decoded } from './event-splitter.ts';
import { complaintOf, engineFailed, isSuccess, refusal, REFUSAL_LIMIT_BYTES, unreachable, type LegFailure } from './failures.ts';
import type { LegObserver } from './leg.ts';
import type { Tally } from './tally.ts';

export interface DecodeLegOptions {
  /** The engine, as messages name it. */
  readonly who: string;
  readonly api: ApiShape;
  /** The client asked for usage in its stream. */
  readonly wantsUsage: boolean;
  readonly reply: ClientReply;
  readonly tally: Tally;
  readonly maxAnswerBytes: number;
  readonly flow: { pause(): void; resume(): void };
  failed(failure: LegFailure): void;
  /** A stream has been passed on to its end. */
  streamed(): void;
  /** The whole answer as JSON: none of it has been sent. */
  answered(answer: string): void;
}

type Body = Pick<LegObserver, 'data' | 'ended'>;

/** More than any engine says before its first token. */
const OPENING_LIMIT_BYTES = 64 * 1024;
const DONE = '[DONE]';
const isDone = (payload: string): boolean => payload.charCodeAt(0) === 91 && payload.trim() === DONE;

const tooLarge = ({ who, maxAnswerBytes }: DecodeLegOptions): LegFailure =>
  engineFailed(`${who} answered with more than ${maxAnswerBytes} bytes`);
const cutShort = ({ who }: DecodeLegOptions): LegFailure => engineFailed(`${who} ended its stream early`);

/**
 * Passes a stream on, whole events at a time, and holds the engine back while the client is slow. What comes before
 * the first token waits for it: until then a failure costs another attempt instead of an error.
 */
const relayBody = (options: DecodeLegOptions): Body => {
  const { who, api, wantsUsage, reply, tally, flow } = options;
  const news = createNews();
  const scan = api.scanner();
  let begun = false;
  let done = false;
  let complaint: LegFailure | null = null;
  let opening: Buffer[] = [];
  const splitter = new EventSplitter((payload) => {
    if (done || complaint !== null) return false;
    if (isDone(payload)) return (done = begun = true);
    scan(payload, news);
    if (news.error) {
      complaint = complaintOf(who, decoded(payload));
      return false;
    }
    tally.read(news);
    if (!news.opening && !news.usageOnly) begun = true;
    return wantsUsage || !news.usageOnly;
  });
  const write = (bytes: Buffer): void => {
    if (bytes.length === 0 || reply.write(bytes)) return;
    flow.pause();
    reply.onDrain(flow.resume);
  };
  const pass = (bytes: Buffer): void => {
    if (begun && opening.length === 0) return write(bytes);
    opening.push(bytes);
    if (!begun && opening.reduce((sum, { length }) => sum + length, 0) <= OPENING_LIMIT_BYTES) return;
    const all = Buffer.concat(opening);
    opening = [];
    begun = true;
    write(all);
  };
  const passed = (bytes: Buffer): void => {
    pass(bytes);
    tally.flush();
    if (complaint !== null) options.failed(complaint);
    else if (done) options.streamed();
    else if (splitter.heldBytes > options.maxAnswerBytes) options.failed(tooLarge(options));
  };
  return {
    data: (chunk) => passed(splitter.push(chunk)),
    ended() {
      const rest = splitter.end();
      // Half an event would swallow the error that follows it.
      passed(done ? rest : rest.subarray(0, 0));
      if (!done && complaint === null) options.failed(cutShort(options));
    },
  };
};

/** Puts a stream together for a client that wants one JSON answer; every token is seen all the same. */
const assemblingBody = (options: DecodeLegOptions): Body => {
  const { who, api, tally } = options;
  const news = createNews();
  const scan = api.scanner();
  const assembler = api.assembler();
  let bytes = 0;
  let over = false;
  const end = (act: () => void): boolean => {
    if (!over) {
      over = true;
      tally.flush();
      act();
    }
    return false;
  };
  const splitter = new EventSplitter((payload) => {
    if (over) return false;
    if (isDone(payload)) return end(() => options.answered(assembler.answer()));
    scan(payload, news);
    if (news.error) return end(() => options.failed(complaintOf(who, decoded(payload))));
    tally.read(news);
    try {
      assembler.push(decoded(payload));
    } catch {
      return end(() => options.failed(engineFailed(`${who} sent an event that is no JSON object`)));
    }
    return false;
  });
  return {
    data(chunk) {
      bytes += chunk.length;
      splitter.push(chunk);
      if (over) return;
      tally.flush();
      // Texts of /generate repeat what came before: only what is held counts there.
      if ((api.path === '/generate' ? splitter.heldBytes : bytes) > options.maxAnswerBytes) end(() => options.failed(tooLarge(options)));
    },
    ended() {
      splitter.end();
      end(() => options.failed(cutShort(options)));
    },
  };
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** An engine that does not stream, though asked to. */
const jsonBody = (options: DecodeLegOptions): Body => {
  const answer = new BoundedText(options.maxAnswerBytes);
  return {
    data(chunk) {
      answer.push(chunk);
      options.tally.flush();
    },
    ended() {
      if (answer.overflown) return options.failed(tooLarge(options));
      const text = answer.text();
      if (!isJson(text)) return options.failed(engineFailed(`${options.who} answered with something that is no JSON`));
      options.tally.usage(usageOf(text));
      options.tally.flush();
      options.answered(text);
    },
  };
};

const refusedBody = ({ who, failed }: DecodeLegOptions, status: number): Body => {
  const text = new BoundedText(REFUSAL_LIMIT_BYTES);
  return { data: (chunk) => text.push(chunk), ended: () => failed(refusal(who, status, text.text())) };
};

const bodyOf = (options: DecodeLegOptions, status: number, contentType: string): Body => {
  if (!isSuccess(status)) return refusedBody(options, status);
  if (!contentType.startsWith('text/event-stream')) return jsonBody(options);
  return options.reply.stream ? relayBody(options) : assemblingBody(options);
};

/** The decode leg: what the client sees. */
export const decodeLeg = (options: DecodeLegOptions): LegObserver => {
  let body: Body = refusedBody(options, 0);
  return {
    started(status, contentType) {
      body = bodyOf(options, status, contentType);
    },
    data: (chunk) => body.data(chunk),
    ended: () => body.ended(),
    broke: (error) => options.failed(unreachable(options.who, error)),
  };
};
