import { energyOf } from '../../domain/units.ts';
import { type Account, addWork, charge, type Work } from './accounts.ts';
import { type PrefillSpan, PrefillSpans, type SentPrompt, tokensWithin } from './prefill-spans.ts';

/** What a token of either kind weighs where one clock domain runs both phases: joules, or any unit alike. */
export interface TokenWeights {
  readonly prefill: number;
  readonly decode: number;
}

/** Tokens produced for one account since the last reading. Count them here: it costs one addition. */
export interface TokenCell {
  tokens: number;
}

/** Who worked lately pays for idling. */
export const IDLE_WINDOW_MS = 60_000;
/** A prompt that takes longer is charged for its later part only. */
const LONGEST_WAIT_MS = 60_000;

interface MeterInterval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly energyJ: number;
  readonly idleJ: number;
  readonly work: Work;
}

/**
 * Splits what one clock domain's meter counts. An interval between two readings is split when every prompt that was
 * computed in it is known to be done; until then it is unsettled.
 */
export class DomainLedger {
  readonly #weights: TokenWeights;
  readonly #cells = new Map<Account, TokenCell>();
  readonly #prefills = new PrefillSpans();
  #spans: PrefillSpan[] = [];
  #last: { readonly energyJ: number; readonly atMs: number } | null = null;
  #unsettled: MeterInterval[] = [];
  /** Settled ones of the idle window. */
  #recent: { readonly toMs: number; readonly work: Work }[] = [];
  /** What the meter counted since its first reading, resets left out. */
  meteredJ = 0;
  /** While nobody had work, lately either. */
  unusedJ = 0;
  resets = 0;

  constructor(weights: TokenWeights = { prefill: 1, decode: 1 }) {
    this.#weights = weights;
  }

  get unsettledJ(): number {
    return this.#unsettled.reduce((sum, { energyJ }) => sum + energyJ, 0);
  }

  cell(account: Account): TokenCell {
    let cell = this.#cells.get(account);
    if (!cell) this.#cells.set(account, (cell = { tokens: 0 }));
    return cell;
  }

  prefillSent(prompt: SentPrompt): void {
    this.#prefills.sent(prompt);
  }

  /** Its prefill ended, or it left before. Says nothing new of one that did already. */
  prefillLeft(prompt: SentPrompt, finished: boolean, nowMs: number): void {
    const span = this.#prefills.left(prompt, finished, nowMs);
    if (span) this.#spans.push(span);
  }

  /**
   * A reading of the meter; one that is not newer than the last is ignored.
   * @param idleW what the domain would have drawn with nothing to do; null where nobody knows, and all is dynamic
   */
  metered(energyJ: number, atMs: number, idleW: number | null): void {
    const last = this.#last;
    if (last && atMs <= last.atMs) return;
    const work = this.#takeCells();
    this.#last = { energyJ, atMs };
    if (!last) return;
    if (energyJ < last.energyJ) this.resets++;
    else this.#add({ fromMs: last.atMs, toMs: atMs, energyJ: energyJ - last.energyJ, work }, idleW ?? 0);
    this.#settle(atMs);
  }

  #add(interval: Omit<MeterInterval, 'idleJ'>, idleW: number): void {
    const idleJ = Math.min(interval.energyJ, energyOf(Math.max(0, idleW), interval.toMs - interval.fromMs));
    this.meteredJ += interval.energyJ;
    this.#unsettled.push({ ...interval, idleJ });
  }

  #settle(nowMs: number): void {
    const openMs = this.#prefills.earliestMs(nowMs);
    while (this.#unsettled.length > 0) {
      const interval = this.#unsettled[0]!;
      if (interval.toMs > openMs && nowMs - interval.toMs < LONGEST_WAIT_MS) break;
      this.#unsettled.shift();
      this.#split(interval);
    }
    const keepMs = this.#unsettled[0]?.fromMs ?? nowMs;
    this.#spans = this.#spans.filter(({ endMs }) => endMs > keepMs);
  }

  #split({ fromMs, toMs, energyJ, idleJ, work }: MeterInterval): void {
    for (const span of this.#spans) addWork(work, span.account, tokensWithin(span, fromMs, toMs) * this.#weights.prefill);
    this.#recent.push({ toMs, work });
    this.#recent = this.#recent.filter((recent) => toMs - recent.toMs < IDLE_WINDOW_MS);
    const lately = this.#lately();
    const dynamicJ = energyJ - idleJ;
    if (!charge(work, dynamicJ, 'dynamicJ') && !charge(lately, dynamicJ, 'dynamicJ')) this.unusedJ += dynamicJ;
    if (!charge(lately, idleJ, 'idleJ')) this.unusedJ += idleJ;
  }

  #lately(): Work {
    const lately: Work = new Map();
    for (const { work } of this.#recent) for (const [account, amount] of work) addWork(lately, account, amount);
    return lately;
  }

  #takeCells(): Work {
    const work: Work = new Map();
    for (const [account, cell] of this.#cells) {
      addWork(work, account, cell.tokens * this.#weights.decode);
      cell.tokens = 0;
    }
    return work;
  }
}
