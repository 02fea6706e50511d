import type { LaunchedInstance } from '../../../domain/instance.ts';

/** How an instance is asked for tokens: bodies of POST /v1/completions. */
export interface RequestWriter {
  readonly headers?: Readonly<Record<string, string>>;
  /** Prompt and output of a request together; left out where nobody knows. */
  readonly longestTokens?: number;
  /** Answered whole, with one token. */
  prefill(promptTokens: number): string;
  /** Streamed, exactly so long. */
  decode(promptTokens: number, outputTokens: number): string;
}

/** @throws VoltanaError ENGINE_FAILED, the signal's reason */
export type WriterOf = (instance: LaunchedInstance, signal: AbortSignal) => Promise<RequestWriter>;
