import type { ServerResponse } from 'node:http';
import type { LegWork, Leg } from '../leg.ts';
import type { EngineNode } from '../node.ts';
import type { Answer } from './answer.ts';
import { TokenFlow } from './token-flow.ts';

/** One choice of an answer: what is done for it inside the engine, and what its protocol does besides. */
export interface SubRequest {
  readonly work: LegWork;
  /** It meets a leg on another engine. */
  readonly paired: boolean;
  /** The answer is complete when the KV is there, and KV waits on for its peer. */
  readonly answersAtKv?: boolean;
  /** It was not refused at once. */
  submitted?(leg: Leg): void;
  kvWanted?(leg: Leg): void;
  kvReady?(leg: Leg): void;
  /** Once: it is out of the engine. @param reason null when it came to its good end */
  over?(leg: Leg, reason: string | null): void;
}

const MS_PER_S = 1000;
const CLIENT_GONE = 'the request was cancelled';

/** One choice on its way from the machine to the client. */
class Choice {
  readonly leg: Leg;
  readonly #node: EngineNode;
  readonly #sub: SubRequest;
  readonly #flow: TokenFlow;
  readonly #failAll: (reason: string) => void;
  #lastMs: number;
  #tokens = 0;
  #answered = false;

  constructor(node: EngineNode, sub: SubRequest, answer: Answer, index: number, failAll: (reason: string) => void) {
    this.#node = node;
    this.#sub = sub;
    this.#failAll = failAll;
    this.#lastMs = node.time.nowMs();
    const sink = {
      token: () => answer.token(index),
      finished: () => answer.finished(index),
      breakOff: answer.breakOff.bind(answer),
    };
    this.#flow = new TokenFlow(sink, node);
    this.leg = node.legs.create(sub.paired, {
      kvWanted: () => sub.kvWanted?.(this.leg),
      kvReady: () => this.#kvReady(),
      token: () => this.#token(),
      finished: () => this.#finished(),
      failed: (reason) => this.#failed(reason),
      cancelled: (reason) => this.#cancelled(reason),
    });
  }

  submit(): void {
    const { stats } = this.#node;
    stats.requests++;
    stats.promptTokens += this.#sub.work.promptTokens;
    this.leg.submit(this.#sub.work);
    if (this.leg.inside) this.#sub.submitted?.(this.leg);
  }

  /** The client is gone, or nobody wants the rest of the answer. KV that was promised stays. */
  drop(reason: string): void {
    this.#flow.close();
    if (!this.#answered || !this.#sub.answersAtKv) this.leg.cancel(reason);
  }

  #token(): void {
    const { stats, time } = this.#node;
    const nowMs = time.nowMs();
    (this.#tokens === 0 ? stats.ttftS : stats.itlS).observe((nowMs - this.#lastMs) / MS_PER_S);
    this.#lastMs = nowMs;
    this.#tokens++;
    stats.generatedTokens++;
    this.#flow.token();
  }

  #kvReady(): void {
    this.#sub.kvReady?.(this.leg);
    if (this.#sub.answersAtKv) this.#answerWhole();
  }

  /** A prefill engine gives the first token by itself. */
  #answerWhole(): void {
    if (this.#answered) return;
    this.#answered = true;
    if (this.#tokens === 0) this.#token();
    this.#flow.finished();
  }

  #finished(): void {
    this.#node.stats.succeeded++;
    this.#answerWhole();
    this.#sub.over?.(this.leg, null);
  }

  #failed(reason: string): void {
    this.#node.stats.failed++;
    this.#sub.over?.(this.leg, reason);
    this.#failAll(reason);
  }

  #cancelled(reason: string): void {
    this.#node.stats.aborted++;
    this.#sub.over?.(this.leg, reason);
  }
}

/** All choices of one answer. */
export interface Generation {
  readonly legs: readonly Leg[];
  /** The engine itself ends it: the client is told. */
  abort(reason: string): void;
}

/** Runs an answer's choices inside the engine. The first that fails fails the answer; a client that leaves ends them all. */
export const generate = (node: EngineNode, response: ServerResponse, answer: Answer, subs: readonly SubRequest[]): Generation => {
  const dropAll = (reason: string): void => choices.forEach((choice) => choice.drop(reason));
  const failAll = (reason: string): void => {
    answer.failed(reason);
    dropAll(reason);
  };
  const choices = subs.map((sub, index) => new Choice(node, sub, answer, index, failAll));
  response.once('close', () => dropAll(CLIENT_GONE));
  // One that is refused at once ends the answer.
  for (const choice of choices) if (!response.writableEnded) choice.submit();
  return { legs: choices.map(({ leg }) => leg), abort: failAll };
};
