import type { RequestOutcome } from '../../../domain/request.ts';
import type { LoadOptions } from '../../../ports/load-source.ts';
import type { Exchange } from './exchange.ts';

/** Who is open and who has ended. Outcomes that somebody is told of are not kept. */
export class Ledger {
  /** In the order of sending. */
  readonly #open = new Map<number, Exchange>();
  readonly #kept = new Map<number, RequestOutcome>();
  readonly #listeners: Pick<LoadOptions, 'onProgress' | 'onOutcome'>;
  #sent = 0;
  #ended = 0;
  #allSent = false;
  #settle = (): void => {};
  /** Resolves when all were sent and none is open, or all open ones were given up. */
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  constructor(listeners: Pick<LoadOptions, 'onProgress' | 'onOutcome'>) {
    this.#listeners = listeners;
  }

  /** Of those open, the one that was sent first. */
  get oldest(): Exchange | undefined {
    return this.#open.values().next().value;
  }

  open(index: number, exchange: Exchange): void {
    this.#open.set(index, exchange);
    this.#sent += 1;
    this.#tell();
  }

  close(index: number, outcome: RequestOutcome): void {
    this.#open.delete(index);
    this.#ended += 1;
    if (this.#listeners.onOutcome === undefined) this.#kept.set(index, outcome);
    else this.#listeners.onOutcome(outcome);
    this.#tell();
    this.#settleIfOver();
  }

  /** No more will be opened. */
  allSent(): void {
    this.#allSent = true;
    this.#settleIfOver();
  }

  /** Gives up every open request and takes no more. */
  giveUp(status: 'cancelled' | 'unfinished', reason?: string): void {
    for (const exchange of [...this.#open.values()]) exchange.abandon(status, reason);
    this.#settle();
  }

  /** In schedule order; requests that were never sent are left out. */
  outcomes(): RequestOutcome[] {
    return [...this.#kept].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
  }

  #tell(): void {
    this.#listeners.onProgress?.({ sent: this.#sent, ended: this.#ended });
  }

  #settleIfOver(): void {
    if (this.#allSent && this.#open.size === 0) this.#settle();
  }
}
