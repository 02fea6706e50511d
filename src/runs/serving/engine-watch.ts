import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import type { EngineMonitor } from '../../ports/engine.ts';
import type { Time } from '../../ports/time.ts';
import type { ControlPlane } from './control-plane.ts';
import { repeat } from './repeat.ts';

export interface EngineWatchOptions {
  readonly monitor: EngineMonitor;
  readonly control: ControlPlane;
  readonly time: Time;
}

const HEALTH_EVERY_MS = 2000;
/** A busy engine may answer late once; its requests tell sooner when it is gone. */
const UNHEALTHY_AFTER = 2;

/** Asks engines how they are while they serve, and tells the control plane. Nothing waits for it. */
export class EngineWatch {
  readonly #options: EngineWatchOptions;
  readonly #silent = new Map<string, number>();
  #stop = (): Promise<void> => Promise.resolve();

  constructor(options: EngineWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stop = repeat(this.#options.time, HEALTH_EVERY_MS, () => this.#look());
  }

  async stop(): Promise<void> {
    await this.#stop();
  }

  async #look(): Promise<void> {
    const engines = new Map(this.#options.control.instances.map((instance) => [domainOf(instance), instance]));
    await Promise.all([...engines.values()].map((instance) => this.#ask(instance)));
  }

  async #ask(instance: LaunchedInstance): Promise<void> {
    const { monitor, control } = this.#options;
    const healthy = await monitor.healthy(instance);
    const silent = healthy ? 0 : (this.#silent.get(instance.id) ?? 0) + 1;
    this.#silent.set(instance.id, silent);
    if (healthy || silent >= UNHEALTHY_AFTER) control.engineHealth(instance.id, healthy);
  }
}
