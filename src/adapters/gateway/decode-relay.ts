import type { EngineDialect } from '../../ports/engine.ts';
import { BoundedText } from './bounded-text.ts';
import type { ClientReply } from './client-reply.ts';
import type { LegObserver } from './leg.ts';
import { reportOf } from './payload.ts';
import { isSuccess, refusalText, REFUSAL_LIMIT_BYTES } from './refusal.ts';
import { failure, passedOn, type ExchangeEvents } from './settlement.ts';
import { createStreamReader } from './stream-reader.ts';

export interface DecodeRelayOptions {
  /** The engine, as messages name it. */
  readonly who: string;
  readonly dialect: EngineDialect;
  readonly client: ClientReply;
  readonly events: ExchangeEvents;
  readonly flow: { pause(): void; resume(): void };
}

/** An answer larger than this is relayed all the same; only its usage goes unread. */
const JSON_LIMIT_BYTES = 8 * 1024 * 1024;

/** Passes bytes on and holds the engine back while the client is slow. The head waits for the first bytes, so that an early failure keeps its status. */
const relayer = ({ client, flow }: DecodeRelayOptions): ((status: number, contentType: string, chunk: Buffer) => void) => {
  return (status, contentType, chunk) => {
    if (!client.begun) client.begin(status, contentType);
    if (client.write(chunk)) return;
    flow.pause();
    client.onDrain(flow.resume);
  };
};

/** The observers of one kind of answer: called for a success that is a stream, that is JSON, and for a refusal. */
type Body = Pick<LegObserver, 'data' | 'ended'>;

const streamBody = ({ who, dialect, client, events }: DecodeRelayOptions, relay: (chunk: Buffer) => void): Body & { isDone(): boolean } => {
  const reader = createStreamReader(dialect, events);
  return {
    isDone: () => reader.done,
    data(chunk) {
      reader.push(chunk);
      if (reader.error === null) return relay(chunk);
      if (!client.begun) return events.settle(failure(`${who}: ${reader.error}`));
      // The engine's own error event tells the client.
      relay(chunk);
      client.end();
      events.settle({ how: 'failed', reason: null });
    },
    ended: () => events.settle(reader.done ? { how: 'completed' } : failure(`${who} ended its stream early`)),
  };
};

const jsonBody = ({ events }: DecodeRelayOptions, relay: (chunk: Buffer) => void): Body => {
  const answer = new BoundedText(JSON_LIMIT_BYTES);
  return {
    data(chunk) {
      answer.push(chunk);
      relay(chunk);
    },
    ended() {
      const { promptTokens, completionTokens } = reportOf(answer.text());
      if (completionTokens) events.tokens(completionTokens);
      if (promptTokens !== null) events.usage(promptTokens);
      events.settle({ how: 'completed' });
    },
  };
};

const refusedBody = ({ who, events }: DecodeRelayOptions, status: number): Body => {
  const refusal = new BoundedText(REFUSAL_LIMIT_BYTES);
  return {
    data: (chunk) => refusal.push(chunk),
    ended: () => events.settle(failure(refusalText(who, status, refusal.text()), passedOn(status))),
  };
};

/** The decode leg: what the client sees, byte for byte. `isDone` once everything has been passed on, though the connection may still be open. */
export const decodeRelay = (options: DecodeRelayOptions): LegObserver & { isDone(): boolean } => {
  const relay = relayer(options);
  let body: Body = refusedBody(options, 0);
  let isDone = (): boolean => false;
  return {
    isDone: () => isDone(),
    started(status, contentType) {
      const pass = (chunk: Buffer): void => relay(status, contentType, chunk);
      if (!isSuccess(status)) body = refusedBody(options, status);
      else if (!contentType.startsWith('text/event-stream')) body = jsonBody(options, pass);
      else {
        const stream = streamBody(options, pass);
        isDone = stream.isDone;
        body = stream;
      }
    },
    data: (chunk) => body.data(chunk),
    ended: () => body.ended(),
    // A connection that breaks after the end-of-stream event has delivered everything.
    broke: (error) =>
      options.events.settle(isDone() ? { how: 'completed' } : failure(`${options.who} cannot be reached or broke off: ${error.message}`)),
  };
};
