import type { AdaptivePredictor } from '../prediction/adaptive/adaptive-predictor.ts';
import { DecodeState, type PrefillState } from '../telemetry/instance-state.ts';
import type { PrefillIteration } from '../telemetry/prefill-watch.ts';

/** A meter's reading, as far as it tells power. */
export interface DomainReading {
  /** Since an arbitrary epoch. */
  readonly energyJ: number;
  /** On the meter's own clock: only differences mean anything. */
  readonly atMs: number;
}

/** Shorter, and what a meter shows late or rounds tells more than what was drawn. */
const LEAST_MS = 900;
/** An instance that never rests long enough for a reading is given up for now. */
const LONGEST_MS = 20_000;
/** A meter whose time goes otherwise than ours has stood still, or was read late. */
const MOST_DRIFT = 0.15;
const MS_PER_S = 1000;

interface Amounts {
  idle: number;
  above: number;
}

interface Opened extends DomainReading {
  readonly nowMs: number;
}

/**
 * Holds what a meter shows of one instance against what its predictor says of the same time: of decode, the batch as it moves, at one
 * clock; of prefill, the iterations that ended between two readings at which nothing ran.
 */
export class PowerWatch {
  readonly #learning: AdaptivePredictor;
  readonly #state: PrefillState | DecodeState;
  readonly #expected = new Map<number, Amounts>();
  #opened: Opened | null = null;
  #lookedMs = 0;
  #lost = 0;

  constructor(learning: AdaptivePredictor, state: PrefillState | DecodeState) {
    this.#learning = learning;
    this.#state = state;
  }

  /** What was drawn meanwhile is nobody's, or nobody knows whose: the next reading is a beginning. */
  forget(): void {
    this.#opened = null;
  }

  /** The load is what it was at the last look until now. @param steadyMhz null while the clock changes or settles */
  look(askedMhz: number, steadyMhz: number | null, nowMs: number): void {
    const elapsedS = Math.max(0, nowMs - this.#lookedMs) / MS_PER_S;
    this.#lookedMs = nowMs;
    if (this.#opened === null) return;
    if (this.#state instanceof DecodeState) {
      if (steadyMhz === null) this.forget();
      else this.#decoded(this.#state, steadyMhz, elapsedS);
    } else this.#add(askedMhz, this.#learning.base.predict({ batch: 0, tokens: 0 }, askedMhz).idleW * elapsedS, 0);
  }

  /** An iteration of a prefill instance is over. */
  prefilled({ prompts, tokens, clockMhz }: PrefillIteration): void {
    if (this.#opened === null) return;
    if (clockMhz === null) return this.forget();
    const load = { batch: prompts, tokens };
    const { powerW, idleW } = this.#learning.base.predict(load, clockMhz);
    const { latencyMs } = this.#learning.predict(load, clockMhz);
    this.#add(clockMhz, 0, (Math.max(0, powerW - idleW) * latencyMs) / MS_PER_S);
  }

  metered(reading: DomainReading, askedMhz: number, steadyMhz: number | null, nowMs: number): void {
    this.look(askedMhz, steadyMhz, nowMs);
    if (this.#blurred(steadyMhz)) return;
    const opened = this.#opened;
    if (opened !== null && nowMs - opened.nowMs < LEAST_MS) return;
    if (opened !== null && nowMs - opened.nowMs <= LONGEST_MS) this.#compare(opened, reading, nowMs);
    this.#open(reading, nowMs);
  }

  /** Whether this is no moment at which a stretch may begin or end. */
  #blurred(steadyMhz: number | null): boolean {
    if (this.#state instanceof DecodeState) return steadyMhz === null;
    const lost = this.#state.watch?.lost ?? 0;
    if (lost !== this.#lost) this.forget();
    this.#lost = lost;
    return !this.#state.empty;
  }

  #compare(opened: Opened, { energyJ, atMs }: DomainReading, nowMs: number): void {
    const [meterMs, ownMs] = [atMs - opened.atMs, nowMs - opened.nowMs];
    if (!(Math.abs(meterMs / ownMs - 1) <= MOST_DRIFT)) return;
    const expected = [...this.#expected].map(([clockMhz, amounts]) => ({ clockMhz, ...amounts }));
    const measured = ((energyJ - opened.energyJ) * ownMs) / meterMs;
    this.#learning.observePower({ expected, measured, atMs: nowMs });
  }

  #open({ energyJ, atMs }: DomainReading, nowMs: number): void {
    this.#opened = { energyJ, atMs, nowMs };
    this.#expected.clear();
  }

  #decoded({ batch, kvTokens }: DecodeState, clockMhz: number, elapsedS: number): void {
    const { powerW, idleW } = this.#learning.base.predict({ batch, tokens: kvTokens }, clockMhz);
    this.#add(clockMhz, idleW * elapsedS, batch === 0 ? 0 : Math.max(0, powerW - idleW) * elapsedS);
  }

  #add(clockMhz: number, idle: number, above: number): void {
    const amounts = this.#expected.get(clockMhz) ?? { idle: 0, above: 0 };
    amounts.idle += idle;
    amounts.above += above;
    this.#expected.set(clockMhz, amounts);
  }
}
