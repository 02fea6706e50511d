import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { PolicyRequest } from '../../../domain/request.ts';
import type { Snapshot } from '../../../domain/snapshot.ts';
import type { Dispatcher, LegOutcome, Route } from '../../../ports/dispatcher.ts';
import type { ArrivedRequest, RequestTelemetry, RequestUsage, TelemetryListener } from '../../../ports/telemetry-listener.ts';
import type { Time } from '../../../ports/time.ts';
import { Outbox } from './outbox.ts';
import type { Down, Ending, Up } from './wire.ts';
import { errorFromWire } from './wire-error.ts';

interface Question {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** What a listener in the control process is to hear of one request. */
class RemoteTelemetry implements RequestTelemetry {
  readonly #id: string;
  readonly #outbox: Outbox;

  constructor(id: string, outbox: Outbox) {
    this.#id = id;
    this.#outbox = outbox;
  }

  routed(prefillId: string, decodeId: string, atMs: number): void {
    this.#outbox.say(['heardRouted', this.#id, prefillId, decodeId, atMs], this.#id);
  }

  prefillDone(atMs: number): void {
    this.#outbox.say(['heardPrefill', this.#id, atMs], this.#id);
  }

  tokens(count: number, atMs: number): void {
    this.#outbox.tokens(this.#id)[3].push(count, atMs);
  }

  ended(how: Ending, atMs: number, usage?: RequestUsage): void {
    this.#outbox.say(['heardEnd', this.#id, how, atMs, usage ?? null], this.#id);
  }
}

/**
 * The control plane of another process, as a worker's data plane sees it. A route costs one message there and back;
 * what is told in between is sent together. `time` must be on the control process's clock.
 */
export class RemotePlane implements Dispatcher, TelemetryListener {
  readonly #outbox: Outbox;
  readonly #instances = new Map<string, LaunchedInstance>();
  readonly #questions = new Map<number, Question>();
  /** Requests whose first token has been told: that one does not wait. */
  readonly #begun = new Set<string>();
  #seq = 0;
  #picture: Snapshot | null = null;
  #gone: Error | null = null;

  constructor(send: (messages: readonly Up[]) => void, time: Time) {
    this.#outbox = new Outbox(send, time);
  }

  route(request: PolicyRequest): Promise<Route | null> {
    this.#begun.delete(request.id);
    return this.#ask((seq) => ['route', seq, request], request.id);
  }

  reroute(requestId: string, culprits: readonly string[]): Promise<Route | null> {
    this.#begun.delete(requestId);
    return this.#ask((seq) => ['reroute', seq, requestId, culprits], requestId);
  }

  legEnded(instanceId: string, outcome: LegOutcome): void {
    this.#outbox.say(['leg', instanceId, outcome]);
  }

  prefillDone(requestId: string): void {
    this.#outbox.say(['prefillDone', requestId], requestId);
  }

  tokens(requestId: string, count: number): void {
    this.#outbox.tokens(requestId)[2] += count;
    if (this.#begun.has(requestId)) return;
    this.#begun.add(requestId);
    this.#outbox.hurry();
  }

  ended(requestId: string, how: Ending, usage?: { readonly promptTokens: number }): void {
    this.#begun.delete(requestId);
    this.#outbox.say(['ended', requestId, how, usage?.promptTokens ?? null], requestId);
  }

  /**
   * The newest picture that has come: some tenths of a second old.
   * @throws Error before the first one
   */
  snapshot(): Snapshot {
    if (this.#picture === null) throw new Error('the control process has sent no picture yet');
    return this.#picture;
  }

  /** Asks for a picture that knows of all that was told before. */
  look(): Promise<Snapshot> {
    return this.#ask((seq) => ['look', seq]);
  }

  arrived(request: ArrivedRequest): RequestTelemetry {
    this.#outbox.say(['arrived', request], request.id);
    return new RemoteTelemetry(request.id, this.#outbox);
  }

  rejected(status: number): void {
    this.#outbox.say(['rejected', status]);
  }

  /** What is no part of a port goes in the same order. */
  say(message: Up): void {
    this.#outbox.say(message);
  }

  flush(): void {
    this.#outbox.flush();
  }

  hear(message: Down): void {
    switch (message[0]) {
      case 'instance':
        return void this.#instances.set(message[1].id, message[1]);
      case 'chosen':
        return this.#answer(message[1], {
          prefill: this.#instances.get(message[2])!,
          decode: this.#instances.get(message[3])!,
          reason: message[4],
        });
      case 'none':
        return this.#answer(message[1], null);
      case 'error':
        return this.#take(message[1])?.reject(errorFromWire(message[2]));
      case 'tell':
        this.#outbox.say(['told', message[1]]);
        return this.#outbox.flush();
      case 'picture':
        this.#picture = message[1];
        if (message[2] !== null) this.#answer(message[2], message[1]);
    }
  }

  /** Whoever waits for an answer, or asks from now on, gets this error. */
  gone(error: Error): void {
    this.#gone = error;
    for (const { reject } of this.#questions.values()) reject(error);
    this.#questions.clear();
  }

  #ask<Answer>(question: (seq: number) => Up, about: string | null = null): Promise<Answer> {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    const seq = (this.#seq += 1);
    this.#outbox.say(question(seq), about);
    return new Promise((resolve, reject) => this.#questions.set(seq, { resolve, reject }));
  }

  #take(seq: number): Question | undefined {
    const question = this.#questions.get(seq);
    this.#questions.delete(seq);
    return question;
  }

  #answer(seq: number, answer: unknown): void {
    this.#take(seq)?.resolve(answer);
  }
}
