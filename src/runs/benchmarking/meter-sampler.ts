import type { LaunchedInstance } from '../../domain/instance.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import type { MeterSample } from '../../telemetry/meter-sample.ts';
import { repeat } from '../serving/repeat.ts';

export interface MeterPorts {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly time: Time;
}

const SAMPLE_EVERY_MS = 200;

/** Reads every instance's meter and clock at a steady pace. Sample times are `Time` values. */
export class MeterSampler {
  readonly #ports: MeterPorts;
  readonly #instances: readonly LaunchedInstance[];
  readonly #samples: MeterSample[] = [];
  #stop = (): Promise<void> => Promise.resolve();

  constructor(ports: MeterPorts, instances: readonly LaunchedInstance[]) {
    this.#ports = ports;
    this.#instances = instances;
  }

  get samples(): readonly MeterSample[] {
    return this.#samples;
  }

  /** Takes one sample of everything, then goes on by itself until `stop`. */
  async start(): Promise<void> {
    await this.sample();
    // A reading that fails is a hole in the samples, which the energy's coverage check finds.
    this.#stop = repeat(this.#ports.time, SAMPLE_EVERY_MS, () => this.sample().catch(() => undefined));
  }

  async sample(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => this.#sampleOne(instance)));
  }

  async stop(): Promise<void> {
    await this.#stop();
  }

  async #sampleOne({ id, role }: LaunchedInstance): Promise<void> {
    const { driver, meter } = this.#ports;
    const [clock, energy] = await Promise.all([driver.read(id), meter.read(id)]);
    const { atMs, energyJ, powerW } = energy;
    this.#samples.push({ instance: id, role, atMs, energyJ, powerW, appliedMhz: clock.appliedMhz });
  }
}
