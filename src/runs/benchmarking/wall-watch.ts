import type { WallEnergy } from '../../domain/bench.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { powerOf } from '../../domain/units.ts';
import type { Time } from '../../ports/time.ts';
import type { WallMeter, WallReading } from '../../ports/wall-meter.ts';
import { durationOf, type Interval } from '../../telemetry/meter-sample.ts';
import { wallEnergy, type WallSum } from '../../telemetry/wall-energy.ts';
import { repeat } from '../serving/repeat.ts';

const SAMPLE_EVERY_MS = 250;

const added = (sums: readonly WallSum[]): WallSum => {
  const wrong = sums.find((sum) => 'problem' in sum);
  if (wrong || sums.length === 0) return wrong ?? { problem: 'nothing was measured' };
  const known = sums as readonly Extract<WallSum, { energyJ: number }>[];
  return {
    energyJ: known.reduce((total, { energyJ }) => total + energyJ, 0),
    uncertaintyJ: known.reduce((total, { uncertaintyJ }) => total + uncertaintyJ, 0),
  };
};

const per = (joules: number, count: number): number | null => (count === 0 ? null : joules / count);

/** Reads a wall meter at a steady pace beside a bench, and tells what it counted while load was measured. */
export class WallWatch {
  readonly #meter: WallMeter;
  readonly #time: Time;
  readonly #readings: WallReading[] = [];
  readonly #spans: Interval[] = [];
  #elsewhere = false;
  #stop = (): Promise<void> => Promise.resolve();

  constructor(meter: WallMeter, time: Time) {
    this.#meter = meter;
    this.#time = time;
  }

  /** @throws as the meter does, when it does not answer at all */
  async start(): Promise<void> {
    this.#readings.push(await this.#meter.read());
    // A reading that fails is a hole, which is looked for when all is over.
    this.#stop = repeat(this.#time, SAMPLE_EVERY_MS, () => this.#sample());
  }

  /** A stretch of load that counts. @param span in `Time` milliseconds */
  measured(span: Interval): void {
    this.#spans.push(span);
  }

  /** Another process measured a part of it, and wrote nothing down of this meter. */
  measuredElsewhere(): void {
    this.#elsewhere = true;
  }

  /** Reads it once more, so that the end is covered. */
  async stop(): Promise<void> {
    await this.#stop();
    await this.#sample();
  }

  figures({ outputTokens, inputTokens, requests }: Pick<RunRecord, 'outputTokens' | 'inputTokens' | 'requests'>): WallEnergy {
    const { source, quantity } = this.#meter;
    const common = { source, method: quantity === 'energy' ? 'counter' : 'integrated' } as const;
    const sum = this.#sum();
    if ('problem' in sum) return { ...common, ...NO_FIGURES, note: sum.problem };
    const { energyJ, uncertaintyJ } = sum;
    const lastedMs = this.#spans.reduce((total, span) => total + durationOf(span), 0);
    return {
      ...common,
      energyJ,
      meanPowerW: powerOf(energyJ, lastedMs),
      uncertaintyPct: energyJ === 0 ? null : (uncertaintyJ / energyJ) * 100,
      perOutputTokenJ: per(energyJ, outputTokens),
      perTotalTokenJ: per(energyJ, inputTokens + outputTokens),
      perRequestJ: per(energyJ, requests.completed),
      note: null,
    };
  }

  #sum(): WallSum {
    if (this.#elsewhere) return { problem: 'another process measured a part of this run, without it' };
    return added(this.#spans.filter((span) => durationOf(span) > 0).map((span) => wallEnergy(this.#meter.quantity, this.#readings, span)));
  }

  async #sample(): Promise<void> {
    const reading = await this.#meter.read().catch(() => null);
    if (reading !== null) this.#readings.push(reading);
  }
}

const NO_FIGURES = {
  energyJ: null,
  meanPowerW: null,
  uncertaintyPct: null,
  perOutputTokenJ: null,
  perTotalTokenJ: null,
  perRequestJ: null,
} as const;
