/** What the meter shows per predicted watt, as stored. */
export interface PowerGainState {
  readonly deviation: number;
  readonly samples: number;
}

/** One reading moves it by this part of its surprise at least; the first ones by more. */
const SLOWEST = 0.01;
/** A reading further off than this counts as one that is this far off. */
const MOST_SURPRISE = 0.06;

/** One robust factor on power: a sensor's gain, and how warm the device is. */
export class PowerGain {
  readonly #limit: number;
  #deviation = 0;
  #samples = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get factor(): number {
    return Math.exp(this.#deviation);
  }

  get state(): PowerGainState {
    return { deviation: this.#deviation, samples: this.#samples };
  }

  /** Ignores what is no power. */
  observe(measuredW: number, predictedW: number): void {
    const deviation = Math.log(measuredW / predictedW);
    if (!(measuredW > 0) || !Number.isFinite(deviation)) return;
    this.#samples++;
    const surprise = Math.min(MOST_SURPRISE, Math.max(-MOST_SURPRISE, deviation - this.#deviation));
    const moved = this.#deviation + Math.max(SLOWEST, 1 / (this.#samples + 1)) * surprise;
    this.#deviation = Math.min(this.#limit, Math.max(-this.#limit, moved));
  }

  reset(): void {
    this.restore({ deviation: 0, samples: 0 });
  }

  restore({ deviation, samples }: PowerGainState): void {
    this.#deviation = deviation;
    this.#samples = samples;
  }
}
