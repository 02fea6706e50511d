import type { RawObject } from '../../../domain/raw-json.ts';
import type { ApiPath } from '../../../ports/engine.ts';

/** What one streamed payload says beside its text. Counts are -1 where it tells none. */
export interface News {
  /** It carries generated text. */
  text: boolean;
  /** It only announces an answer: nothing of it has been generated. */
  opening: boolean;
  /** It is the extra one that `include_usage` asks for. */
  usageOnly: boolean;
  error: boolean;
  promptTokens: number;
  /** Running total of the answer. */
  completionTokens: number;
  cachedTokens: number;
}

/** A prompt as it is known before routing. */
export interface Prompt {
  /** Exact, when it came as token ids. */
  readonly tokens: number | null;
  /** Of its text, without the JSON around it. */
  readonly bytes: number;
  /** The same in pieces, from the beginning: what equal prompts have in common. */
  pieces(): Iterable<string>;
}

/** A client's request as its API reads it. */
export interface Wishes {
  readonly model: string | null;
  readonly stream: boolean;
  /** It asked for usage in its stream. */
  readonly usage: boolean;
  readonly prompt: Prompt;
}

/** Puts the payloads of a stream together into the JSON answer that a client without `stream` expects. */
export interface Assembler {
  /** @throws SyntaxError for what is no JSON object */
  push(payload: string): void;
  answer(): string;
}

/** One API: how its requests, its chunks and its answers look. */
export interface ApiShape {
  readonly path: ApiPath;
  /** @throws ApiError 400 for wrong types */
  read(body: RawObject): Wishes;
  /** The body that engines get: always streamed, always with usage. */
  upstream(body: RawObject, wishes: Wishes): RawObject;
  /** Reads one payload into `news`, all of whose members it sets: the hot path, so without parsing. Latin-1 will do. */
  scanner(): (payload: string, news: News) => void;
  assembler(): Assembler;
  /** A whole JSON answer as the events of a stream, `[DONE]` included. */
  events(answer: string, wishes: Wishes): string;
}

export const createNews = (): News => ({
  text: false,
  opening: false,
  usageOnly: false,
  error: false,
  promptTokens: -1,
  completionTokens: -1,
  cachedTokens: -1,
});
