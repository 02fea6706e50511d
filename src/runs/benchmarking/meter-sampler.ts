import type { Time } from '../../ports/time.ts';
import { repeat } from '../serving/repeat.ts';
import type { MeterLook, MeterReader } from './meter-reader.ts';

const SAMPLE_EVERY_MS = 200;

/** Reads every meter at a steady pace. Sample times are `Time` values. */
export class MeterSampler {
  readonly #reader: MeterReader;
  readonly #time: Time;
  readonly #onLooks: (looks: readonly MeterLook[]) => void;
  readonly #samples: MeterLook[] = [];
  #stop = (): Promise<void> => Promise.resolve();

  constructor(reader: MeterReader, time: Time, onLooks: (looks: readonly MeterLook[]) => void = () => undefined) {
    this.#reader = reader;
    this.#time = time;
    this.#onLooks = onLooks;
  }

  get samples(): readonly MeterLook[] {
    return this.#samples;
  }

  /** Takes one sample of everything, then goes on by itself until `stop`. @throws as meters do */
  async start(): Promise<void> {
    await this.sample();
    // A reading that fails is a hole in the samples, which the energy's coverage check finds.
    this.#stop = repeat(this.#time, SAMPLE_EVERY_MS, () => this.sample().catch(() => undefined));
  }

  async sample(): Promise<void> {
    const looks = await this.#reader.read();
    this.#samples.push(...looks);
    this.#onLooks(looks);
  }

  async stop(): Promise<void> {
    await this.#stop();
  }
}
