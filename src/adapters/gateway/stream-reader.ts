import { createSseParser } from '../../domain/sse.ts';
import type { EngineDialect } from '../../ports/engine.ts';
import { reportOfEvent } from './payload.ts';
import type { ExchangeEvents } from './settlement.ts';

/** Reads a decode stream in passing. */
export interface StreamReader {
  push(chunk: Buffer): void;
  /** The end-of-stream event has passed. */
  readonly done: boolean;
  /** The message of an error event that has passed. */
  readonly error: string | null;
}

export const createStreamReader = (dialect: EngineDialect, events: ExchangeEvents): StreamReader => {
  let done = false;
  let error: string | null = null;
  const parser = createSseParser((payload) => {
    const tokens = dialect.tokensInChunk(payload);
    if (tokens === null) {
      done = true;
      return;
    }
    if (tokens > 0) events.tokens(tokens);
    const report = reportOfEvent(payload);
    error ??= report.error;
    if (report.promptTokens !== null) events.usage(report.promptTokens);
  });
  return {
    push: (chunk) => parser.push(chunk),
    get done() {
      return done;
    },
    get error() {
      return error;
    },
  };
};
