import type { ServerResponse } from 'node:http';
import type { FaultSettings } from '../faults.ts';
import { sendError, type ErrorBody } from '../http.ts';

/** How an API words its answers. A total counts the tokens of one choice so far. */
export interface AnswerFormat {
  /** Before the first token of a choice. */
  begin(choice: number): string;
  tokens(choice: number, count: number, total: number): string;
  end(choice: number, total: number): string;
  /** After the last choice: usage where it was asked for, and the end of the stream. */
  close(totals: readonly number[]): string;
  /** The same without a stream. */
  whole(totals: readonly number[]): string;
}

export interface AnswerOptions {
  readonly stream: boolean;
  readonly choices: number;
  readonly tokensPerEvent: () => number;
  readonly errorBody: ErrorBody;
}

/** The end of every stream. */
export const DONE_EVENT = 'data: [DONE]\n\n';

const SSE_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } as const;
const JSON_HEADERS = { 'content-type': 'application/json' } as const;
const SERVER_ERROR = 500;

const LAST_WORDS = {
  nothing: '',
  'half-chunk': 'data: {"id":"cmpl-1","choices":[{"index":0,"te',
  garbage: '\u0000\u0001 <html> not an event \u{fffd}\n\ndata: {{{\n\n',
} as const;

/**
 * One answer with its choices. The head waits for the first token, so that an earlier failure still gets its status; a
 * later one is an event of the stream.
 */
export class Answer {
  readonly #response: ServerResponse;
  readonly #format: AnswerFormat;
  readonly #options: AnswerOptions;
  readonly #totals: number[];
  readonly #unsent: number[];
  readonly #begun: boolean[];
  #open: number;

  constructor(response: ServerResponse, format: AnswerFormat, options: AnswerOptions) {
    this.#response = response;
    this.#format = format;
    this.#options = options;
    this.#open = options.choices;
    this.#totals = Array<number>(options.choices).fill(0);
    this.#unsent = [...this.#totals];
    this.#begun = Array<boolean>(options.choices).fill(false);
  }

  token(choice: number): void {
    this.#totals[choice]!++;
    this.#unsent[choice]!++;
    if (this.#options.stream && this.#unsent[choice]! >= this.#options.tokensPerEvent()) this.#send(choice);
  }

  finished(choice: number): void {
    this.#open--;
    if (this.#options.stream) this.#endOf(choice);
    else if (this.#open === 0) {
      this.#response.writeHead(200, JSON_HEADERS);
      this.#response.end(this.#format.whole(this.#totals));
    }
  }

  failed(reason: string, status = SERVER_ERROR): void {
    const { errorBody } = this.#options;
    if (this.#response.writableEnded) return;
    if (!this.#response.headersSent) return sendError(this.#response, status, reason, errorBody);
    const body = errorBody(status, reason) as { error?: unknown };
    this.#response.end(`data: ${JSON.stringify({ error: body.error ?? body })}\n\n${DONE_EVENT}`);
  }

  breakOff(how: FaultSettings['breakWith']): void {
    this.#head();
    const words = LAST_WORDS[how];
    if (words === '') this.#response.destroy();
    // What was written before must leave first.
    else this.#response.write(words, () => this.#response.destroy());
  }

  #endOf(choice: number): void {
    if (this.#unsent[choice]! > 0) this.#send(choice);
    this.#head();
    const end = this.#format.end(choice, this.#totals[choice]!);
    if (this.#open > 0) this.#response.write(end);
    else this.#response.end(end + this.#format.close(this.#totals));
  }

  #send(choice: number): void {
    this.#head();
    const begin = this.#begun[choice] ? '' : this.#format.begin(choice);
    this.#begun[choice] = true;
    this.#response.write(begin + this.#format.tokens(choice, this.#unsent[choice]!, this.#totals[choice]!));
    this.#unsent[choice] = 0;
  }

  #head(): void {
    if (!this.#response.headersSent) this.#response.writeHead(200, this.#options.stream ? SSE_HEADERS : JSON_HEADERS);
  }
}
