import type { Agent } from 'undici';
import type { Dispatcher } from '../../ports/dispatcher.ts';
import type { EngineDialect, LegPair } from '../../ports/engine.ts';
import type { ClientReply } from './client-reply.ts';
import { decodeRelay } from './decode-relay.ts';
import { openLeg, type OpenLeg } from './leg.ts';
import { prefillDrain } from './prefill-drain.ts';
import type { PromptEstimator } from './prompt-estimate.ts';
import type { Ending, ExchangeEvents } from './settlement.ts';

export interface ExchangeOptions {
  readonly id: string;
  readonly legs: LegPair;
  readonly bodyBytes: number;
  readonly client: ClientReply;
  readonly agent: Agent;
  readonly dialect: EngineDialect;
  readonly dispatcher: Dispatcher;
  readonly estimator: PromptEstimator;
}

/** One client request and its two legs: whichever fails or leaves first takes the others with it. */
export class Exchange {
  readonly #options: ExchangeOptions;
  #prefill: OpenLeg | null = null;
  #decode: OpenLeg | null = null;
  #answered: () => boolean = () => false;
  #promptTokens: number | null = null;
  #settled = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Posts both legs at once: neither engine waits for the other's answer to begin. */
  start(): void {
    const { agent, legs, dialect, client } = this.#options;
    const events = this.#events();
    const flow = { pause: () => this.#decode?.pause(), resume: () => this.#decode?.resume() };
    const decodeWho = `decode engine ${legs.decode.instance.id}`;
    this.#prefill = openLeg(agent, legs.prefill, prefillDrain(`prefill engine ${legs.prefill.instance.id}`, events));
    const relay = decodeRelay({ who: decodeWho, dialect, client, events, flow });
    this.#answered = relay.isDone;
    this.#decode = openLeg(agent, legs.decode, relay);
    // One that failed while the other was being opened could not abort it yet.
    if (this.#settled) this.#abortLegs();
  }

  /** The client's connection is closed. Many hang up as soon as they have read the end of the stream. */
  clientClosed(): void {
    this.#settle({ how: this.#answered() ? 'completed' : 'cancelled' });
  }

  #events(): ExchangeEvents {
    const { id, dispatcher } = this.#options;
    return {
      prefillDone: () => {
        if (!this.#settled) dispatcher.prefillDone(id);
      },
      tokens: (count) => dispatcher.tokens(id, count),
      usage: (promptTokens) => {
        this.#promptTokens = promptTokens;
      },
      settle: (ending) => this.#settle(ending),
    };
  }

  #settle(ending: Ending): void {
    if (this.#settled) return;
    this.#settled = true;
    // A prefill answer that is still on its way after a complete decode is read to its end.
    if (ending.how !== 'completed') this.#abortLegs();
    if (ending.how === 'completed') this.#options.client.end();
    if (ending.how === 'failed' && ending.reason !== null) this.#options.client.fail(ending.reason, ending.status);
    this.#report(ending.how);
  }

  #report(how: Ending['how']): void {
    const { id, bodyBytes, dispatcher, estimator } = this.#options;
    if (this.#promptTokens === null) return dispatcher.ended(id, how);
    estimator.learn(bodyBytes, this.#promptTokens);
    dispatcher.ended(id, how, { promptTokens: this.#promptTokens });
  }

  #abortLegs(): void {
    this.#prefill?.abort();
    this.#decode?.abort();
  }
}
