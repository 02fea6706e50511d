import type { Agent } from 'undici';
import { VoltanaError } from '../../../domain/errors.ts';
import { createSseParser } from '../../../domain/sse.ts';
import { tokensInOpenAiChunk } from '../sglang/chunk-tokens.ts';
import { BatchLedger, outputTokens } from './batch-ledger.ts';
import { answerOf } from './probe-answer.ts';
import { probeBody } from './probe-request.ts';

interface Target {
  readonly agent: Agent;
  readonly url: string;
  readonly batch: number;
  readonly promptTokens: number;
}

/** A batch over HTTP: each slot posts a request, reads it to its end, and posts the next. */
export class ProbeBatch {
  readonly ledger: BatchLedger;
  /** Resolves when every slot has its first token; rejects when the engine refuses one. */
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
    this.admitted = Promise.all(slots.map(({ admitted }) => admitted)).then(() => undefined);
    this.over = Promise.all(slots.map(({ over }) => over)).then(() => undefined);
  }

  #slot(slot: number): { readonly admitted: Promise<void>; readonly over: Promise<void> } {
    const first = this.#answer(slot, true);
    const run = async (): Promise<void> => {
      for (let answer = await first; ; answer = await this.#answer(slot, false)) {
        await this.#read(slot, answer);
        this.ledger.replaced(slot);
      }
    };
    return { admitted: first.then(() => undefined), over: run().catch((error: unknown) => this.#ended(error)) };
  }

  #answer(slot: number, first: boolean): Promise<AsyncIterable<Uint8Array>> {
    const { agent, url, batch, promptTokens } = this.#target;
    return answerOf(agent, url, probeBody(promptTokens, outputTokens(slot, batch, first), true), this.#signal);
  }

  async #read(slot: number, stream: AsyncIterable<Uint8Array>): Promise<void> {
    let complete = false;
    const parser = createSseParser((payload) => {
      const tokens = tokensInOpenAiChunk(payload);
      complete ||= tokens === null;
      this.ledger.tokens(slot, tokens ?? 0);
    });
    for await (const chunk of stream) parser.push(chunk);
    if (!complete) throw new Error('the stream ended before its request did');
  }

  #ended(cause: unknown): void {
    if (this.#signal.aborted) return this.ledger.close();
    const failure = cause instanceof VoltanaError ? cause : new VoltanaError('ENGINE_FAILED', String((cause as Error).message), { cause });
    this.ledger.fail(failure);
  }
}
