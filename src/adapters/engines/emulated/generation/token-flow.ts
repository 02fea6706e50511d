import type { Time } from '../../../../ports/time.ts';
import type { Faults, FaultSettings } from '../faults.ts';

/** Where the tokens of one answer's choice go. */
export interface TokenSink {
  token(): void;
  finished(): void;
  breakOff(how: FaultSettings['breakWith']): void;
}

export interface TokenFlowWorld {
  readonly faults: Faults;
  readonly time: Time;
  /** Ends the process. */
  readonly crash: () => void;
}

/** The way of one choice's tokens to its client, with whatever is made to go wrong on it. */
export class TokenFlow {
  readonly #sink: TokenSink;
  readonly #world: TokenFlowWorld;
  /** Held back; a finish is the last. */
  readonly #held: ('token' | 'finish')[] = [];
  readonly #unwatch: () => void;
  #passed = 0;
  #delay: (() => void) | null = null;
  #over = false;

  constructor(sink: TokenSink, world: TokenFlowWorld) {
    this.#sink = sink;
    this.#world = world;
    this.#unwatch = world.faults.watch(() => this.#go());
  }

  token(): void {
    this.#take('token');
  }

  finished(): void {
    this.#take('finish');
  }

  /** Nothing passes any more. */
  close(): void {
    this.#over = true;
    this.#delay?.();
    this.#unwatch();
  }

  #take(what: 'token' | 'finish'): void {
    if (this.#held.length === 0 && !this.#world.faults.touchTokens) return this.#pass(what);
    this.#held.push(what);
    this.#go();
  }

  #go(): void {
    while (this.#held.length > 0 && !this.#over && this.#delay === null) {
      const { stall, hangAfterTokens, breakAfterTokens, breakWith, crashAfterTokens, tokenDelayMs } = this.#world.faults.now;
      const reached = (tokens: number | null): boolean => tokens !== null && this.#passed >= tokens;
      if (reached(crashAfterTokens)) return this.#world.crash();
      if (reached(breakAfterTokens)) return this.#breakOff(breakWith);
      if (stall || reached(hangAfterTokens)) return;
      const next = this.#held.shift()!;
      if (next === 'finish' || tokenDelayMs === 0) this.#pass(next);
      else this.#passLater(next, tokenDelayMs);
    }
  }

  #passLater(what: 'token', delayMs: number): void {
    const { time } = this.#world;
    this.#delay = time.at(time.nowMs() + delayMs, () => {
      this.#delay = null;
      this.#pass(what);
      this.#go();
    });
  }

  #pass(what: 'token' | 'finish'): void {
    if (this.#over) return;
    if (what === 'token') {
      this.#passed++;
      return this.#sink.token();
    }
    this.close();
    this.#sink.finished();
  }

  #breakOff(how: FaultSettings['breakWith']): void {
    this.close();
    this.#sink.breakOff(how);
  }
}
