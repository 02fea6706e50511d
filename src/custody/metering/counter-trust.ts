import { powerOf } from '../../domain/units.ts';

/** A window shorter than this decides nothing: the counter moves in steps of a tenth of a second. */
const LEAST_WINDOW_MS = 5000;
const WINDOW_MS = 60_000;
/** How far counter and integrated power may be apart. */
const TOLERANCE = 0.03;
/** Idle and load are told apart by their powers. */
const LEVELS_APART = 1.5;
/** One window in disagreement may be chance, once the counter is believed. */
const DISAGREEING_WINDOWS = 2;

/** What happened between two samples. */
export interface MeterStep {
  readonly durationMs: number;
  readonly integratedJ: number;
  readonly countedJ: number;
}

const UNCHECKED = 'its counter is not checked yet: it must agree with its power, idle and under load';
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const wattsOf = ({ integratedJ, durationMs }: Pick<MeterStep, 'integratedJ' | 'durationMs'>): number =>
  powerOf(integratedJ, durationMs) ?? 0;

/** Whether an energy counter is believed: after it has agreed with integrated power at two levels, until it disagrees twice. */
export class CounterTrust {
  readonly #windowMs: number;
  #window: MeterStep = { durationMs: 0, integratedJ: 0, countedJ: 0 };
  /** The lowest and the highest mean power that it has agreed at. */
  #agreedW: { readonly low: number; readonly high: number } | null = null;
  #disagreements = 0;
  #accepted = false;
  #reason = UNCHECKED;

  /** @param windowMs that a check takes, where samples allow it; at least 5 s */
  constructor(windowMs = WINDOW_MS) {
    this.#windowMs = Math.max(LEAST_WINDOW_MS, windowMs);
  }

  get accepted(): boolean {
    return this.#accepted;
  }

  get reason(): string {
    return this.#reason;
  }

  add(step: MeterStep): void {
    // The step of a jump belongs to neither level: the counter may lag behind it.
    if (this.#jumps(step)) return this.cut();
    const { durationMs, integratedJ, countedJ } = this.#window;
    this.#window = {
      durationMs: durationMs + step.durationMs,
      integratedJ: integratedJ + step.integratedJ,
      countedJ: countedJ + step.countedJ,
    };
    if (this.#window.durationMs >= this.#windowMs) this.cut();
  }

  /** Samples are missing, or the power is another: what was seen so far stands for itself. */
  cut(): void {
    const window = this.#window;
    this.#window = { durationMs: 0, integratedJ: 0, countedJ: 0 };
    if (window.durationMs >= LEAST_WINDOW_MS) this.#judge(window);
  }

  /** Another counter from here on. */
  restart(reason: string): void {
    this.#window = { durationMs: 0, integratedJ: 0, countedJ: 0 };
    this.#agreedW = null;
    this.#accepted = false;
    this.#disagreements = 0;
    this.#reason = reason;
  }

  #jumps(step: MeterStep): boolean {
    if (this.#window.durationMs < LEAST_WINDOW_MS) return false;
    const [before, now] = [wattsOf(this.#window), wattsOf(step)];
    return now > before * LEVELS_APART || now * LEVELS_APART < before;
  }

  #judge(window: MeterStep): void {
    const apart = Math.abs(window.countedJ - window.integratedJ) / Math.max(window.integratedJ, Number.MIN_VALUE);
    if (apart <= TOLERANCE) this.#agree(wattsOf(window));
    else this.#disagree(apart, wattsOf(window));
  }

  #agree(meanW: number): void {
    this.#disagreements = 0;
    const { low, high } = this.#agreedW ?? { low: meanW, high: meanW };
    this.#agreedW = { low: Math.min(low, meanW), high: Math.max(high, meanW) };
    if (this.#agreedW.high >= this.#agreedW.low * LEVELS_APART) this.#accepted = true;
    const levels = `${this.#agreedW.low.toFixed(0)} W and ${this.#agreedW.high.toFixed(0)} W`;
    this.#reason = this.#accepted
      ? `its counter agrees with its power at ${levels}`
      : `its counter agrees at ${meanW.toFixed(0)} W, and is not checked at another level yet`;
  }

  #disagree(apart: number, meanW: number): void {
    this.#disagreements += 1;
    if (this.#accepted && this.#disagreements < DISAGREEING_WINDOWS) return;
    this.restart(`its counter was ${percent(apart)} off its integrated power at ${meanW.toFixed(0)} W`);
  }
}
