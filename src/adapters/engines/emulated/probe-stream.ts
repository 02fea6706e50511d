import type { Agent } from 'undici';
import { createSseParser } from '../../../domain/sse.ts';
import { tokensInOpenAiChunk } from '../sglang/chunk-tokens.ts';
import { answerOf } from './probe-answer.ts';

/** One endless decode request. */
export class ProbeStream {
  /** Resolves at the first token; rejects when the engine refuses. */
  readonly admitted: Promise<void>;
  /** Resolves when the connection is over, whoever ended it. Never rejects. */
  readonly over: Promise<void>;
  tokens = 0;
  ended = false;

  constructor(agent: Agent, url: string, body: string, signal: AbortSignal) {
    const answer = answerOf(agent, url, body, signal);
    this.admitted = answer.then(() => undefined);
    this.over = answer.then((stream) => this.#count(stream)).catch(() => undefined);
  }

  async #count(stream: AsyncIterable<Uint8Array>): Promise<void> {
    const parser = createSseParser((payload) => {
      this.tokens += tokensInOpenAiChunk(payload) ?? 0;
    });
    try {
      for await (const chunk of stream) parser.push(chunk);
    } finally {
      this.ended = true;
    }
  }
}
