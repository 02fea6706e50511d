import type { PolicyRequest } from '../../domain/request.ts';
import type { IterationLoad } from '../../prediction/predictor.ts';
import type { PrefillLoad } from '../../telemetry/load.ts';
import { queuedAt, runningMs, runningTokens } from '../iteration.ts';
import { lighterPrefill } from '../order.ts';
import type { Candidate, RoutingQuestion } from '../policy.ts';
import type { PrefixBook } from '../prefix-book.ts';
import { KnownPrefillClocks, type PrefillClocks } from './prefill-clocks.ts';
import type { EcoTunables } from './tunables.ts';

const MS_PER_S = 1000;

/** What sending the request to one prefill instance is predicted to mean. */
export interface PrefillChoice {
  readonly candidate: Candidate<PrefillLoad>;
  readonly clocks: PrefillClocks;
  /** Energy that it adds to the fleet, and the price of its delay; Infinity when a deadline would be missed at every clock (J). */
  readonly costJ: number;
  /** When its iteration can begin and would be done (ms). */
  readonly startMs: number;
  readonly doneMs: number;
  readonly deadlineMs: number;
}

type Draft = { -readonly [K in keyof PrefillChoice]: PrefillChoice[K] };
type MutableLoad = { -readonly [K in keyof IterationLoad]: IterationLoad[K] };

const blank = (): Partial<Draft> => ({ costJ: 0, startMs: 0, doneMs: 0, deadlineMs: 0 });

/** Chooses prefill instances; remembers their clocks. A decision looks at every instance, so nothing is allocated for each. */
export class EcoPrefill {
  readonly #tunables: EcoTunables;
  readonly #book: PrefixBook;
  readonly #clocks: KnownPrefillClocks;
  #best = blank() as Draft;
  #draft = blank() as Draft;
  /** What queues at an instance forms one batch, without the request and with it. */
  readonly #before: MutableLoad = { batch: 0, tokens: 0 };
  readonly #after: MutableLoad = { batch: 0, tokens: 0 };

  constructor(tunables: EcoTunables, book: PrefixBook) {
    this.#tunables = tunables;
    this.#book = book;
    this.#clocks = new KnownPrefillClocks(tunables.companyEnough);
  }

  /**
   * The least additional energy among those that keep every deadline; where none does, whoever is done first.
   * @returns an object that the next call writes anew
   */
  choose(question: RoutingQuestion): PrefillChoice {
    const { prefill } = question;
    this.#assess(0, question, this.#best);
    for (let i = 1; i < prefill.length; i++) {
      this.#assess(i, question, this.#draft);
      if (this.#isBetter(this.#draft, this.#best)) [this.#best, this.#draft] = [this.#draft, this.#best];
    }
    return this.#best;
  }

  #isBetter(a: PrefillChoice, b: PrefillChoice): boolean {
    if (this.#tunables.packPrefill && a.costJ !== b.costJ) return a.costJ < b.costJ;
    if (a.doneMs !== b.doneMs) return a.doneMs < b.doneMs;
    return lighterPrefill(a.candidate, b.candidate) < 0;
  }

  #assess(place: number, { nowMs, request, slo, prefill }: RoutingQuestion, into: Draft): void {
    const candidate = prefill[place]!;
    const { load } = candidate;
    const budgetMs = slo.ttftMs * this.#tunables.ttftTarget - load.afterPrefillMs;
    into.candidate = candidate;
    into.clocks = this.#clocks.of(candidate, place, nowMs);
    into.startMs = load.headSinceMs === null ? nowMs : Math.max(nowMs, load.headSinceMs + runningMs(candidate));
    into.deadlineMs = request.arrivalMs + budgetMs;
    this.#formBatch(candidate, request);
    // One batch ends for all that are in it, and whoever came first has the least time.
    const firstMs = this.#before.batch > 0 ? Math.min(request.arrivalMs, load.waiting[load.running]!.arrivalMs) : request.arrivalMs;
    if (this.#tunables.packPrefill) this.#price(into, firstMs + budgetMs, nowMs);
    else {
      into.costJ = 0;
      into.doneMs = into.startMs + candidate.predictor.predict(this.#after, candidate.currentMhz).latencyMs;
    }
  }

  #formBatch({ id, load }: Candidate<PrefillLoad>, request: PolicyRequest): void {
    this.#before.batch = queuedAt(load);
    this.#before.tokens = load.waitingTokens - runningTokens(load);
    this.#after.batch = this.#before.batch + 1;
    this.#after.tokens = this.#before.tokens + request.promptTokens - this.#book.cachedTokens(id, request);
  }

  /** At the first clock that brings the batch home in time. Whoever makes a faster one necessary pays that for all in the batch. */
  #price(into: Draft, byMs: number, nowMs: number): void {
    const { candidate, clocks, startMs } = into;
    const { batches } = clocks;
    into.costJ = Infinity;
    for (let clock = 0; clock < batches.clocksMhz.length; clock++) {
      into.doneMs = startMs + batches.latencyMs(this.#after.batch, this.#after.tokens, clock);
      if (into.doneMs > byMs) continue;
      const beforeJ = this.#before.batch > 0 ? batches.joules(this.#before.batch, this.#before.tokens, 0) : 0;
      const delayJ = (this.#tunables.delayJPerS * (into.doneMs - nowMs)) / MS_PER_S;
      into.costJ =
        batches.joules(this.#after.batch, this.#after.tokens, clock) - beforeJ + this.#wakingJ(candidate, clocks, nowMs) + delayJ;
      return;
    }
    // The tables round up; asked directly, somebody may be just in time.
    into.doneMs = startMs + candidate.predictor.predict(this.#after, batches.clocksMhz.at(-1)!).latencyMs;
    if (into.doneMs <= byMs) into.costJ = Number.MAX_VALUE;
  }

  /** An instance that idles would be at its lowest clock, now or soon; work keeps it at its working clock for another pause. */
  #wakingJ({ load }: Candidate<PrefillLoad>, { awakeW }: PrefillClocks, nowMs: number): number {
    if (load.idleSinceMs === null) return 0;
    return (awakeW * Math.min(this.#tunables.awakeMs, Math.max(0, nowMs - load.idleSinceMs))) / MS_PER_S;
  }
}
