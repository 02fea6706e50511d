import type { Agent } from 'undici';
import { VoltanaError } from '../../../domain/errors.ts';
import { createSseParser } from '../../../domain/sse.ts';
import { answerOf } from './answer.ts';
import { BatchLedger, outputTokens } from './batch-ledger.ts';
import { StreamedTokens } from './streamed-tokens.ts';
import type { RequestWriter } from './writer.ts';

interface Target {
  readonly agent: Agent;
  readonly url: string;
  readonly writer: RequestWriter;
  readonly batch: number;
  readonly promptTokens: number;
}

const nothing = (): void => undefined;

/** A batch over HTTP: each slot posts a request, reads it to its end, and posts the next. */
export class ProbeBatch {
  readonly ledger: BatchLedger;
  /**
   * Resolves when every slot has its first token: many engines send the head of an answer while the request still waits, and one that
   * prefills its own prompts decodes all of them only then. Rejects when one ends before.
   */
  readonly admitted: Promise<void>;
  /** Resolves when every connection is over, whoever ended it. Never rejects. */
  readonly over: Promise<void>;
  readonly #target: Target;
  readonly #signal: AbortSignal;

  constructor(target: Target, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
    this.ledger = new BatchLedger(target.batch, target.promptTokens);
    const slots = Array.from({ length: target.batch }, (_, slot) => this.#slot(slot));
    this.admitted = Promise.all(slots.map(({ admitted }) => admitted)).then(nothing);
    this.over = Promise.all(slots.map(({ over }) => over)).then(nothing);
  }

  #slot(slot: number): { readonly admitted: Promise<void>; readonly over: Promise<void> } {
    let admit = nothing;
    let refuse: (error: unknown) => void = nothing;
    const admitted = new Promise<void>((resolve, reject) => {
      admit = resolve;
      refuse = reject;
    });
    // Whoever waits for all of them hears of the first only.
    admitted.catch(nothing);
    const run = async (): Promise<void> => {
      for (let first = true; ; first = false) {
        await this.#read(slot, await this.#answer(slot, first), admit);
        this.ledger.replaced(slot);
      }
    };
    const ended = (error: unknown): void => {
      const failure = this.#ended(error);
      refuse(this.#signal.aborted ? this.#signal.reason : failure);
    };
    return { admitted, over: run().catch(ended) };
  }

  #answer(slot: number, first: boolean): Promise<AsyncIterable<Uint8Array>> {
    const { agent, url, writer, batch, promptTokens } = this.#target;
    const { longestTokens = Infinity, headers } = writer;
    const tokens = outputTokens(slot, batch, first, longestTokens - promptTokens);
    return answerOf(agent, url, writer.decode(promptTokens, tokens), this.#signal, headers);
  }

  async #read(slot: number, stream: AsyncIterable<Uint8Array>, onToken: () => void): Promise<void> {
    let complete = false;
    const counter = new StreamedTokens();
    const parser = createSseParser((payload) => {
      const tokens = counter.in(payload);
      complete ||= tokens === null;
      this.ledger.tokens(slot, tokens ?? 0);
      if (tokens !== null && tokens > 0) onToken();
    });
    for await (const chunk of stream) parser.push(chunk);
    if (!complete) throw new Error('the stream ended before its request did');
  }

  #ended(cause: unknown): VoltanaError {
    const failure = cause instanceof VoltanaError ? cause : new VoltanaError('ENGINE_FAILED', String((cause as Error).message), { cause });
    if (this.#signal.aborted) this.ledger.close();
    else this.ledger.fail(failure);
    return failure;
  }
}
