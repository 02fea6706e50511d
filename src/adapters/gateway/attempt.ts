import type { EngineConnections } from './connections.ts';
import type { Dispatcher } from '../../ports/dispatcher.ts';
import type { Leg, LegPlan } from '../../ports/engine.ts';
import type { Time } from '../../ports/time.ts';
import type { ApiShape } from './api/shape.ts';
import type { ClientReply } from './client-reply.ts';
import { decodeLeg } from './decode-leg.ts';
import { senseless, silent, type LegFailure } from './failures.ts';
import { openLeg, type OpenLeg } from './leg.ts';
import type { GatewayLimits } from './limits.ts';
import { prefillLeg } from './prefill-leg.ts';
import type { Tally } from './tally.ts';

export interface AttemptOptions {
  readonly plan: LegPlan;
  readonly context: {
    readonly engines: EngineConnections;
    readonly time: Time;
    readonly dispatcher: Dispatcher;
    readonly limits: Pick<GatewayLimits, 'maxAnswerBytes'>;
  };
  readonly api: ApiShape;
  readonly wantsUsage: boolean;
  readonly reply: ClientReply;
  readonly tally: Tally;
  readonly owner: AttemptOwner;
}

/** Who waits for an attempt. */
export interface AttemptOwner {
  prefillDone(): void;
  /** Called once, unless it is aborted: a whole JSON answer, or null for a stream that has been passed on. */
  completed(answer: string | null): void;
  /** Called once instead; its legs are closed then. */
  failed(failure: LegFailure, culprits: Culprits): void;
}

/** Whom a failure counts against, and whom else another attempt should stay away from. */
export interface Culprits {
  readonly blamed: string;
  readonly suspects: readonly string[];
}

/** Who answers with an error only after so long has waited for a peer that never came. */
const PEER_PATIENCE_MS = 20_000;

/** The legs of one plan: whichever fails takes the others with it. */
export class Attempt {
  readonly #options: AttemptOptions;
  #prefill: OpenLeg | null = null;
  #decode: OpenLeg | null = null;
  #over = false;
  readonly #startedAtMs: number;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#startedAtMs = options.context.time.nowMs();
  }

  start(): void {
    const { plan } = this.#options;
    if (plan.order === 'prefill-first') this.#openPrefill(plan.prefill, (reply) => this.#follow(plan.prefill, () => plan.next(reply)));
    else if (plan.order === 'single') this.#openDecode(plan.decode);
    else if (plan.first === 'decode')
      this.#both(
        () => this.#openDecode(plan.decode),
        () => this.#openPrefill(plan.prefill, null),
      );
    else
      this.#both(
        () => this.#openPrefill(plan.prefill, null),
        () => this.#openDecode(plan.decode),
      );
  }

  /** True while a leg may still be read, which for the prefill leg can be after the answer. */
  get open(): boolean {
    return this.#prefill?.over === false || this.#decode?.over === false;
  }

  /** Nobody waits for an answer any more. */
  abort(): void {
    this.#over = true;
    this.#prefill?.abort();
    this.#decode?.abort();
  }

  /** Whoever is waited for has said nothing for too long. */
  stalled(what: string, retryable: boolean): void {
    const leg = this.#prefill?.over === false ? this.#prefill : this.#decode;
    if (leg !== null) this.#fail(leg.instanceId, silent(`engine ${leg.instanceId}`, what, retryable));
  }

  #both(first: () => void, second: () => void): void {
    first();
    if (!this.#over) second();
  }

  #openPrefill(leg: Leg, follow: ((reply: string) => void) | null): void {
    const { api, owner } = this.#options;
    const { engines, dispatcher, limits } = this.#options.context;
    const { id } = leg.instance;
    const observer = prefillLeg({
      who: `prefill engine ${id}`,
      api,
      keeps: follow !== null,
      maxAnswerBytes: limits.maxAnswerBytes,
      failed: (failure) => this.#prefillFailed(id, failure),
      done: (answer) => {
        if (follow === null) dispatcher.legEnded(id, 'ok');
        if (this.#over) return;
        owner.prefillDone();
        follow?.(answer);
      },
    });
    this.#prefill = openLeg(engines, leg, observer);
    if (this.#over) this.#prefill.abort();
  }

  /** Where decode has tokens, it has its KV, too: the prompt is computed, and what becomes of the engine is no matter of this request. */
  #prefillFailed(instanceId: string, failure: LegFailure): void {
    const { tally, owner, context } = this.#options;
    if (this.#over || !tally.any) return this.#fail(instanceId, failure);
    if (failure.blame !== null) context.dispatcher.legEnded(instanceId, failure.blame);
    owner.prefillDone();
  }

  #follow(prefill: Leg, next: () => Leg | { readonly answer: string }): void {
    const who = `prefill engine ${prefill.instance.id}`;
    let then: ReturnType<typeof next>;
    try {
      then = next();
    } catch (error) {
      return this.#fail(prefill.instance.id, senseless(who, error));
    }
    this.#options.context.dispatcher.legEnded(prefill.instance.id, 'ok');
    if ('answer' in then) this.#complete(then.answer);
    else this.#openDecode(then);
  }

  #openDecode(leg: Leg): void {
    const { id } = leg.instance;
    const { api, wantsUsage, reply, tally } = this.#options;
    const { engines, dispatcher, limits } = this.#options.context;
    const complete = (answer: string | null): void => {
      if (!this.#over) dispatcher.legEnded(id, 'ok');
      this.#complete(answer);
    };
    const observer = decodeLeg({
      who: `decode engine ${id}`,
      api,
      wantsUsage,
      reply,
      tally,
      maxAnswerBytes: limits.maxAnswerBytes,
      flow: { pause: () => this.#decode?.pause(), resume: () => this.#resume() },
      failed: (failure) => this.#fail(id, failure),
      streamed: () => complete(null),
      answered: complete,
    });
    this.#decode = openLeg(engines, leg, observer);
    if (this.#over) this.#decode.abort();
  }

  #resume(): void {
    this.#options.tally.flush();
    this.#decode?.resume();
  }

  /** A prefill answer that is still on its way after a complete decode is read to its end. */
  #complete(answer: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.owner.completed(answer);
  }

  #fail(instanceId: string, failure: LegFailure): void {
    if (this.#over) return;
    const culprits = this.#culpritsOf(instanceId, failure);
    this.abort();
    this.#options.owner.failed(failure, culprits);
  }

  /** Of two legs that meet, the one that complains may only have waited for the other. */
  #culpritsOf(instanceId: string, { answered = false }: LegFailure): Culprits {
    const silent = answered && instanceId !== this.#prefill?.instanceId && this.#prefill?.over === false ? this.#prefill.instanceId : null;
    const waited = this.#options.context.time.nowMs() - this.#startedAtMs > PEER_PATIENCE_MS;
    return silent !== null && waited ? { blamed: silent, suspects: [instanceId, silent] } : { blamed: instanceId, suspects: [instanceId] };
  }
}
